/* The error codes of S3's own list, and some that only other servers use. */
#include "store/s3/errors.h"

static const struct {
    const char *code;
    enum s3_class class;
} codes[] = {
    { "AccessDenied", S3_STOP },
    { "AccountProblem", S3_STOP },
    { "AllAccessDisabled", S3_STOP },
    { "AuthorizationHeaderMalformed", S3_REGION },
    { "AuthorizationQueryParametersError", S3_STOP },
    { "BadDigest", S3_DAMAGED },
    { "BandwidthLimitExceeded", S3_SLOWER },
    { "BucketRegionError", S3_REGION },
    { "ConditionalRequestConflict", S3_AGAIN },
    { "CredentialsNotSupported", S3_STOP },
    { "EC2ThrottledException", S3_SLOWER },
    { "EntityTooLarge", S3_REFUSED },
    { "EntityTooSmall", S3_REFUSED },
    { "ExpiredToken", S3_CREDENTIALS },
    { "IncompleteBody", S3_AGAIN },
    { "InternalError", S3_AGAIN },
    { "InvalidAccessKeyId", S3_CREDENTIALS },
    { "InvalidAddressingHeader", S3_STOP },
    { "InvalidArgument", S3_REFUSED },
    { "InvalidBucketName", S3_STOP },
    { "InvalidBucketState", S3_STOP },
    { "InvalidClientTokenId", S3_CREDENTIALS },
    { "InvalidDigest", S3_DAMAGED },
    { "InvalidEncryptionAlgorithmError", S3_STOP },
    { "InvalidObjectState", S3_REFUSED },
    { "InvalidPart", S3_DAMAGED },
    { "InvalidPartOrder", S3_DAMAGED },
    { "InvalidPayer", S3_STOP },
    { "InvalidRegion", S3_REGION },
    { "InvalidRequest", S3_REFUSED },
    { "InvalidSecurity", S3_STOP },
    { "InvalidStorageClass", S3_STOP },
    { "InvalidToken", S3_CREDENTIALS },
    { "InvalidURI", S3_REFUSED },
    { "KMS.DisabledException", S3_STOP },
    { "KMS.NotFoundException", S3_STOP },
    { "KeyTooLongError", S3_REFUSED },
    { "MalformedXML", S3_REFUSED },
    { "MetadataTooLarge", S3_REFUSED },
    { "MethodNotAllowed", S3_STOP },
    { "MissingContentLength", S3_STOP },
    { "NoSuchBucket", S3_STOP },
    { "NoSuchKey", S3_ABSENT },
    { "NoSuchUpload", S3_ABSENT },
    { "NoSuchVersion", S3_ABSENT },
    { "NotFound", S3_ABSENT },
    { "NotImplemented", S3_STOP },
    { "NotSignedUp", S3_STOP },
    { "OperationAborted", S3_AGAIN },
    { "PermanentRedirect", S3_REGION },
    { "PreconditionFailed", S3_EXISTS },
    { "PriorRequestNotComplete", S3_AGAIN },
    { "ProvisionedThroughputExceededException", S3_SLOWER },
    { "QuotaExceeded", S3_STOP },
    { "Redirect", S3_REGION },
    { "RequestLimitExceeded", S3_SLOWER },
    { "RequestThrottled", S3_SLOWER },
    { "RequestThrottledException", S3_SLOWER },
    { "RequestTimeTooSkewed", S3_CLOCK },
    { "RequestTimeout", S3_AGAIN },
    { "RequestTimeoutException", S3_AGAIN },
    { "ServiceUnavailable", S3_AGAIN },
    { "SignatureDoesNotMatch", S3_STOP },
    { "SlowDown", S3_SLOWER },
    { "TemporaryRedirect", S3_REGION },
    { "ThrottledException", S3_SLOWER },
    { "Throttling", S3_SLOWER },
    { "ThrottlingException", S3_SLOWER },
    { "TokenRefreshRequired", S3_CREDENTIALS },
    { "TooManyRequests", S3_SLOWER },
    { "TooManyRequestsException", S3_SLOWER },
    { "XAmzContentChecksumMismatch", S3_DAMAGED },
    { "XAmzContentSHA256Mismatch", S3_DAMAGED },
    { "XMinioStorageFull", S3_STOP },
};

static enum s3_class class_of_status(int status)
{
    switch (status) {
    case 301:
    case 302:
    case 307:
    case 308:
        return S3_REGION;
    case 401:
    case 403:
    case 405:
    case 501:
    case 505:
    case 507:
        return S3_STOP;
    case 404:
        return S3_ABSENT;
    case 408:
    case 409:
    case 425:
        return S3_AGAIN;
    case 412:
        return S3_EXISTS;
    case 429:
        return S3_SLOWER;
    default:
        return status < 300 ? S3_FINE : status >= 500 ? S3_AGAIN : S3_REFUSED;
    }
}

/* Some servers say 412 with a code that elsewhere means something else: the status is clearer. */
enum s3_class s3_class_of(int status, const char *code)
{
    if (status == 412)
        return S3_EXISTS;
    for (size_t i = 0; i < lengthof(codes); i++)
        if (strcmp(codes[i].code, code) == 0)
            return codes[i].class;
    return class_of_status(status);
}

bool s3_is_full(const char *code)
{
    return strcmp(code, "QuotaExceeded") == 0 || strcmp(code, "XMinioStorageFull") == 0;
}

const char *s3_advice(int status, const char *code)
{
    static const struct {
        const char *code, *advice;
    } advices[] = {
        { "AccessDenied", "the key's policy must allow what 'fmferry check --policy run' prints" },
        { "InvalidAccessKeyId", "this access key is not known there" },
        { "QuotaExceeded", "the quota of the bucket or its owner is used up: raise it" },
        { "XMinioStorageFull", "the server's disks are full: make room there" },
        { "NoSuchBucket", "make the bucket, or correct [store] url" },
        { "SignatureDoesNotMatch", "the secret key does not belong to the access key" },
        { "InvalidStorageClass", "correct [store] storage_class" },
        { "RequestTimeTooSkewed", "set this machine's clock" },
        { "ExpiredToken", "the credentials have expired: get new ones" },
        { "NotImplemented", "this server lacks something that was asked for" },
    };

    for (size_t i = 0; i < lengthof(advices); i++)
        if (strcmp(advices[i].code, code) == 0)
            return advices[i].advice;
    if (status == 507)
        return "the server has no room left: make some there";
    return status == 403 ? advices[0].advice : NULL;
}
