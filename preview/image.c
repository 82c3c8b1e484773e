/* Draws pictures with libvips, which holds no more of a large one in memory than it works on. */
#include "image.h"

#include "base/base.h"

#include <vips/vips.h>

/* Of photographs; scans and pages have lines, which want more, and colours at full resolution. */
enum { QUALITY_PHOTO = 82, QUALITY_PAGE = 85 };

#define PIXELS_MOST (268 * (int64_t)1000000)

bool image_start(void)
{
    static const char *const loaders[] = {
        "VipsForeignLoadJpeg", "VipsForeignLoadPng",  "VipsForeignLoadTiff",
        "VipsForeignLoadHeif", "VipsForeignLoadWebp", "VipsForeignLoadNsgif",
    };

    if (VIPS_INIT("fmferry-preview") != 0)
        return false;
    vips_operation_block_set("VipsForeignLoad", TRUE);
    for (size_t i = 0; i < lengthof(loaders); i++)
        vips_operation_block_set(loaders[i], FALSE);
    vips_concurrency_set(1);
    vips_cache_set_max(0);
    return true;
}

/* --- kinds ------------------------------------------------------------------------------------ */

static bool bytes_at(struct span bytes, size_t place, const char *wanted, size_t size)
{
    return bytes.size >= place + size && memcmp(bytes.at + place, wanted, size) == 0;
}

static bool is_tiff(struct span bytes)
{
    return bytes_at(bytes, 0, "II*\0", 4) || bytes_at(bytes, 0, "MM\0*", 4)
           || bytes_at(bytes, 0, "II+\0", 4) || bytes_at(bytes, 0, "MM\0+", 4);
}

bool image_is_known(struct span bytes)
{
    return is_tiff(bytes) || bytes_at(bytes, 0, "\xFF\xD8\xFF", 3)
           || bytes_at(bytes, 0, "\x89PNG\r\n\x1A\n", 8) || bytes_at(bytes, 4, "ftyp", 4)
           || bytes_at(bytes, 0, "GIF8", 4)
           || (bytes_at(bytes, 0, "RIFF", 4) && bytes_at(bytes, 8, "WEBP", 4));
}

/* --- drawing ---------------------------------------------------------------------------------- */

static enum wire_shape image_look(struct span bytes, const char *options, bool has_pages,
                                  struct picture *picture)
{
    VipsImage *image = vips_image_new_from_buffer(bytes.at, bytes.size, options, NULL);
    int64_t pixels;

    if (!image)
        return WIRE_DAMAGED;
    picture->pages = has_pages ? vips_image_get_n_pages(image) : 1;
    pixels = (int64_t)vips_image_get_width(image) * vips_image_get_height(image);
    g_object_unref(image);
    return pixels > PIXELS_MOST ? WIRE_TOO_LARGE : WIRE_OK;
}

/* Transparent places become white; all else becomes three bytes of sRGB. Takes `*image`. */
static bool image_plain(VipsImage **image)
{
    VipsArrayDouble *ground = vips_array_double_newv(1, 255.0);
    VipsImage *flat = NULL, *coloured = NULL;
    bool good = vips_colourspace(*image, &coloured, VIPS_INTERPRETATION_sRGB, NULL) == 0
                && (vips_image_hasalpha(coloured)
                        ? vips_flatten(coloured, &flat, "background", ground, NULL) == 0
                        : (flat = g_object_ref(coloured)) != NULL);

    vips_area_unref(VIPS_AREA(ground));
    g_clear_object(&coloured);
    g_object_unref(*image);
    *image = flat;
    return good;
}

static enum wire_shape image_write(VipsImage *image, int quality, bool fine,
                                   struct picture *picture)
{
    void *jpeg = NULL;
    size_t size = 0;
    bool fits;

    if (vips_jpegsave_buffer(image, &jpeg, &size, "Q", quality, "strip", TRUE, "subsample_mode",
                             fine ? VIPS_FOREIGN_SUBSAMPLE_OFF : VIPS_FOREIGN_SUBSAMPLE_ON, NULL)
        != 0)
        return WIRE_DAMAGED;
    fits = picture_put(picture, jpeg, size);
    picture->width = vips_image_get_width(image);
    picture->height = vips_image_get_height(image);
    g_free(jpeg);
    return fits ? WIRE_OK : WIRE_TOO_LARGE;
}

static enum wire_shape image_shrink(struct span bytes, const char *options, int width, bool fine,
                                    struct picture *picture)
{
    VipsImage *image = NULL;
    enum wire_shape shape = WIRE_DAMAGED;

    if (vips_thumbnail_buffer((void *)(uintptr_t)bytes.at, bytes.size, &image, width, "height",
                              WIRE_HEIGHT_MAX, "size", VIPS_SIZE_DOWN, "export_profile", "srgb",
                              "option_string", options, NULL)
            == 0
        && image_plain(&image))
        shape = image_write(image, fine ? QUALITY_PAGE : QUALITY_PHOTO, fine, picture);
    g_clear_object(&image);
    return shape;
}

enum wire_shape image_draw(struct span bytes, int page, int width, struct picture *picture)
{
    bool has_pages = is_tiff(bytes);
    char options[32] = "";
    enum wire_shape shape = image_look(bytes, "", has_pages, picture);

    if (shape != WIRE_OK || width == 0)
        return shape;
    if (page > picture->pages)
        return WIRE_NO_PICTURE;
    if (has_pages)
        (void)snprintf(options, sizeof options, "page=%d", page - 1);
    if (page > 1 && (shape = image_look(bytes, options, has_pages, picture)) != WIRE_OK)
        return shape;
    return image_shrink(bytes, options, width, has_pages, picture);
}

enum wire_shape image_save(const uint8_t *pixels, int width, int height, struct picture *picture)
{
    size_t size = (size_t)width * (size_t)height * 3;
    VipsImage *image =
        vips_image_new_from_memory(pixels, size, width, height, 3, VIPS_FORMAT_UCHAR);
    enum wire_shape shape = WIRE_DAMAGED;

    if (image) {
        shape = image_write(image, QUALITY_PAGE, true, picture);
        g_object_unref(image);
    }
    return shape;
}
