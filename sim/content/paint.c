/* Encoders over libjpeg, cairo (PNG), libtiff and libheif. */
#include "sim/content/paint.h"

#include "base/log.h"
#include "base/mem.h"

#include <cairo.h>
#include <fontconfig/fontconfig.h>
#include <jpeglib.h>
#include <libheif/heif.h>
#include <pthread.h>
#include <tiffio.h>

enum { ENCODED_MAX = MIB(64) };

void picture_clear(struct picture *picture)
{
    free(picture->rgb);
    picture->rgb = NULL;
}

/* --- JPEG ----------------------------------------------------------------------------------- */

static void encode_jpeg(const struct picture *picture, struct str *to)
{
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    unsigned char *bytes = NULL;
    unsigned long size = 0;

    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    jpeg_mem_dest(&jpeg, &bytes, &size);
    jpeg.image_width = picture->width;
    jpeg.image_height = picture->height;
    jpeg.input_components = 3;
    jpeg.in_color_space = JCS_RGB;
    jpeg_set_defaults(&jpeg);
    jpeg_set_quality(&jpeg, 82, TRUE);
    jpeg_start_compress(&jpeg, TRUE);
    for (unsigned y = 0; y < picture->height; y++) {
        JSAMPROW row = picture->rgb + (size_t)y * picture->width * 3;

        (void)jpeg_write_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    str_add(to, bytes, size);
    free(bytes);
}

/* --- PNG ------------------------------------------------------------------------------------ */

static cairo_status_t png_write(void *arg, const unsigned char *bytes, unsigned size)
{
    str_add(arg, bytes, size);
    return CAIRO_STATUS_SUCCESS;
}

static void encode_png(const struct picture *picture, struct str *to)
{
    cairo_surface_t *surface =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)picture->width, (int)picture->height);
    unsigned char *pixels = cairo_image_surface_get_data(surface);
    size_t stride = (size_t)cairo_image_surface_get_stride(surface);

    for (unsigned y = 0; y < picture->height; y++) {
        const uint8_t *from = picture->rgb + (size_t)y * picture->width * 3;

        for (unsigned x = 0; x < picture->width; x++) {
            uint32_t pixel = (uint32_t)from[3 * x] << 16 | (uint32_t)from[3 * x + 1] << 8
                             | from[3 * x + 2];

            memcpy(pixels + y * stride + 4 * (size_t)x, &pixel, sizeof pixel);
        }
    }
    cairo_surface_mark_dirty(surface);
    (void)cairo_surface_write_to_png_stream(surface, png_write, to);
    cairo_surface_destroy(surface);
}

/* --- TIFF: libtiff wants a file, so it gets one in memory ----------------------------------- */

struct tiff_file {
    struct str *to;
    size_t at;
};

static tmsize_t tiff_read(thandle_t handle, void *bytes_r, tmsize_t size)
{
    struct tiff_file *file = handle;
    struct span left = span_first(span_from(str_span(file->to), file->at), (size_t)size);

    if (left.size)
        memcpy(bytes_r, left.at, left.size);
    file->at += left.size;
    return (tmsize_t)left.size;
}

static tmsize_t tiff_write(thandle_t handle, void *bytes, tmsize_t size)
{
    struct tiff_file *file = handle;
    size_t end = file->at + (size_t)size;

    while (file->to->size < end)
        str_add_char(file->to, '\0');
    memcpy(file->to->at + file->at, bytes, (size_t)size);
    file->at = end;
    return size;
}

static toff_t tiff_seek(thandle_t handle, toff_t offset, int whence)
{
    struct tiff_file *file = handle;
    size_t from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? file->at : file->to->size;

    file->at = from + (size_t)offset;
    return (toff_t)file->at;
}

static toff_t tiff_size(thandle_t handle)
{
    return (toff_t)((struct tiff_file *)handle)->to->size;
}

static int tiff_close(thandle_t handle)
{
    (void)handle;
    return 0;
}

static void encode_tiff(const struct picture *picture, struct str *to)
{
    struct tiff_file file = { .to = to };
    TIFF *tiff = TIFFClientOpen("scan", "w", &file, tiff_read, tiff_write, tiff_seek, tiff_close,
                                tiff_size, NULL, NULL);

    if (!tiff)
        abort();
    (void)TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, picture->width);
    (void)TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, picture->height);
    (void)TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 3);
    (void)TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 8);
    (void)TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_RGB);
    (void)TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
    (void)TIFFSetField(tiff, TIFFTAG_COMPRESSION, COMPRESSION_LZW);
    (void)TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, picture->height);
    for (unsigned y = 0; y < picture->height; y++)
        (void)TIFFWriteScanline(tiff, picture->rgb + (size_t)y * picture->width * 3, y, 0);
    TIFFClose(tiff);
}

/* --- HEIC ----------------------------------------------------------------------------------- */

static struct heif_error heic_write(struct heif_context *context, const void *bytes, size_t size,
                                    void *arg)
{
    static const struct heif_error fine = { heif_error_Ok, heif_suberror_Unspecified, "" };

    (void)context;
    str_add(arg, bytes, size);
    return fine;
}

static struct heif_image *heic_image(const struct picture *picture)
{
    struct heif_image *image;
    uint8_t *pixels;
    int stride;

    if (heif_image_create((int)picture->width, (int)picture->height, heif_colorspace_RGB,
                          heif_chroma_interleaved_RGB, &image)
            .code
        != heif_error_Ok)
        abort();
    (void)heif_image_add_plane(image, heif_channel_interleaved, (int)picture->width,
                               (int)picture->height, 24);
    pixels = heif_image_get_plane(image, heif_channel_interleaved, &stride);
    for (unsigned y = 0; y < picture->height; y++)
        memcpy(pixels + (size_t)y * (size_t)stride, picture->rgb + (size_t)y * picture->width * 3,
               (size_t)picture->width * 3);
    return image;
}

static bool heic_encode(struct heif_context *context, struct heif_encoder *encoder,
                        const struct picture *picture, struct str *to)
{
    struct heif_writer writer = { .writer_api_version = 1, .write = heic_write };
    struct heif_image *image = heic_image(picture);
    bool good;

    (void)heif_encoder_set_lossy_quality(encoder, 45);
    (void)heif_encoder_set_parameter_string(encoder, "preset", "veryfast");
    good = heif_context_encode_image(context, image, encoder, NULL, NULL).code == heif_error_Ok
           && heif_context_write(context, &writer, to).code == heif_error_Ok;
    heif_image_release(image);
    return good;
}

/* A libheif may lack an HEVC encoder; the photo is a JPEG then. */
static void encode_heic(const struct picture *picture, struct str *to)
{
    struct heif_context *context = heif_context_alloc();
    struct heif_encoder *encoder = NULL;
    bool good = heif_context_get_encoder_for_format(context, heif_compression_HEVC, &encoder).code
                    == heif_error_Ok
                && heic_encode(context, encoder, picture, to);

    heif_encoder_release(encoder);
    heif_context_free(context);
    if (!good) {
        log_warn("this libheif cannot write HEIC, a JPEG stands in for it");
        str_reset(to);
        encode_jpeg(picture, to);
    }
}

struct blob *paint_encode(const struct picture *picture, enum file_type type)
{
    auto_str bytes = STR_MAX(ENCODED_MAX);

    switch (type) {
    case FILE_JPEG:
        encode_jpeg(picture, &bytes);
        break;
    case FILE_PNG:
        encode_png(picture, &bytes);
        break;
    case FILE_TIFF:
        encode_tiff(picture, &bytes);
        break;
    case FILE_HEIC:
        encode_heic(picture, &bytes);
        break;
    case FILE_PDF:
    case FILE_TEXT:
    case FILE_HTML:
    case FILE_XLS:
    case FILE_JSON:
    case FILE_GZIP:
    case FILE_OTHER:
        abort();
    }
    return blob_new(str_span(&bytes));
}

/*
 * x265 3.5 leaks about a kilobyte with each picture (much more under the faster presets). The leak
 * checker is told to ignore it, so that it reports our leaks only.
 */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libx265\n";
}

/* --- samples -------------------------------------------------------------------------------- */

static pthread_mutex_t samples_lock = PTHREAD_MUTEX_INITIALIZER;
static struct blob *samples[FILE_OTHER];

/* A soft gradient: something to look at when a cheap document is opened. */
static struct picture sample_picture(void)
{
    struct picture picture = { .width = 64, .height = 64 };

    picture.rgb = mem_zero((size_t)picture.width * picture.height * 3);
    for (unsigned y = 0; y < picture.height; y++) {
        for (unsigned x = 0; x < picture.width; x++) {
            uint8_t *pixel = picture.rgb + ((size_t)y * picture.width + x) * 3;

            pixel[0] = (uint8_t)(64 + 2 * x);
            pixel[1] = (uint8_t)(96 + y);
            pixel[2] = 160;
        }
    }
    return picture;
}

struct blob *paint_sample(enum file_type type)
{
    struct blob *sample;

    (void)pthread_mutex_lock(&samples_lock);
    if (!samples[type]) {
        struct picture picture = sample_picture();

        samples[type] = paint_encode(&picture, type);
        picture_clear(&picture);
    }
    sample = blob_share(samples[type]);
    (void)pthread_mutex_unlock(&samples_lock);
    return sample;
}

void paint_end(void)
{
    for (size_t i = 0; i < lengthof(samples); i++) {
        blob_release(samples[i]);
        samples[i] = NULL;
    }
    cairo_debug_reset_static_data();
    FcFini();
}
