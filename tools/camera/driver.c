/* A Video4Linux driver in user space, for machines without a camera (LD_PRELOAD). What opens $DMS_CAMERA, which has to be a character
 * device of any kind, gets a camera that delivers the frames of $DMS_CAMERA_FRAMES (each a length of 32 bits and so many bytes, the last
 * followed by the first) in the format $DMS_CAMERA_FORMAT, `FOURCC WIDTH HEIGHT FPS`.
 *
 * $DMS_CAMERA_STATE is a file that all who open the camera share, as a driver's memory would be: `struct state` below, and `State` of
 * tools/camera/__init__.py. It answers as the kernel's documentation says that drivers do, and as uvcvideo does where that leaves a choice.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

enum { BUFFERS = 8, DESCRIPTORS = 1024, CONTROLS = 5 };

struct state {
    volatile int32_t unplugged;
    volatile int32_t delivered;
    volatile int32_t values[CONTROLS];
};

struct control {
    uint32_t id, type;
    const char *name;
    int32_t minimum, maximum, step, standard;
};

/* In the order of their numbers, and with the names that uvcvideo gives them. */
static const struct control controls[CONTROLS] = {
    {V4L2_CID_BRIGHTNESS, V4L2_CTRL_TYPE_INTEGER, "Brightness", -64, 64, 1, 0},
    {V4L2_CID_GAIN, V4L2_CTRL_TYPE_INTEGER, "Gain", 0, 100, 1, 0},
    {V4L2_CID_EXPOSURE_AUTO, V4L2_CTRL_TYPE_MENU, "Auto Exposure", 0, 3, 1, 3},
    {V4L2_CID_EXPOSURE_ABSOLUTE, V4L2_CTRL_TYPE_INTEGER, "Exposure Time, Absolute", 1, 5000, 1, 157},
    {V4L2_CID_EXPOSURE_AUTO_PRIORITY, V4L2_CTRL_TYPE_BOOLEAN, "Exposure, Dynamic Framerate", 0, 1, 1, 0},
};
enum { AUTO_EXPOSURE = 2, EXPOSURE_TIME = 3 };
static const char *const menu[] = {NULL, "Manual Mode", NULL, "Aperture Priority Mode"};

static int ours[DESCRIPTORS];
static struct state *state;
static uint8_t *frames;
static size_t frames_bytes, place;
static char fourcc[5];
static uint32_t width, height, fps, largest;
static void *starts[BUFFERS];
static int queue[BUFFERS], queued, buffers;
static struct timespec due;

static void *next_symbol(const char *name) { return dlsym(RTLD_NEXT, name); }

static uint32_t length_at(size_t offset) {
    uint32_t length;
    memcpy(&length, frames + offset, sizeof length);
    return length;
}

static void prepare(void) {
    int (*real_open)(const char *, int, ...) = next_symbol("open64");
    if (state) return;
    int file = real_open(getenv("DMS_CAMERA_STATE"), O_RDWR);
    state = mmap(NULL, sizeof *state, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    sscanf(getenv("DMS_CAMERA_FORMAT"), "%4c %u %u %u", fourcc, &width, &height, &fps);
    file = real_open(getenv("DMS_CAMERA_FRAMES"), O_RDONLY);
    frames_bytes = (size_t)lseek(file, 0, SEEK_END);
    frames = mmap(NULL, frames_bytes, PROT_READ, MAP_PRIVATE, file, 0);
    close(file);
    for (size_t at = 0; at < frames_bytes; at += 4 + length_at(at))
        if (length_at(at) > largest) largest = length_at(at);
}

static int opened(const char *path, int descriptor) {
    const char *camera = getenv("DMS_CAMERA");
    if (descriptor >= 0 && descriptor < DESCRIPTORS && camera && !strcmp(path, camera)) {
        prepare();
        if (state->unplugged) {
            close(descriptor);
            errno = ENODEV;
            return -1;
        }
        ours[descriptor] = 1;
    }
    return descriptor;
}

#define OPEN(name)                                                          \
    int name(const char *path, int flags, ...) {                            \
        int (*real)(const char *, int, ...) = next_symbol(#name);           \
        va_list rest;                                                       \
        va_start(rest, flags);                                              \
        int mode = va_arg(rest, int);                                       \
        va_end(rest);                                                       \
        return opened(path, real(path, flags, mode));                       \
    }
OPEN(open)
OPEN(open64)

/* What _FORTIFY_SOURCE makes of the two. */
int __open_2(const char *path, int flags) { return open(path, flags); }
int __open64_2(const char *path, int flags) { return open64(path, flags); }

/* v4l2-ctl asks sysfs what kind of device it is. */
static int is_in_sysfs(const char *path) {
    struct stat device;
    char wanted[64];
    const char *camera = getenv("DMS_CAMERA");
    if (strncmp(path, "/sys/dev/char/", 14) || !camera || stat(camera, &device)) return 0;
    snprintf(wanted, sizeof wanted, "/sys/dev/char/%u:%u/uevent", major(device.st_rdev), minor(device.st_rdev));
    return !strcmp(path, wanted);
}

#define FOPEN(name)                                                    \
    FILE *name(const char *path, const char *mode) {                   \
        FILE *(*real)(const char *, const char *) = next_symbol(#name); \
        if (!is_in_sysfs(path)) return real(path, mode);               \
        static const char says[] = "DEVNAME=video0\n";                 \
        int file = memfd_create("uevent", 0);                          \
        if (write(file, says, sizeof says - 1) < 0) return NULL;       \
        lseek(file, 0, SEEK_SET);                                      \
        return fdopen(file, mode);                                     \
    }
FOPEN(fopen)
FOPEN(fopen64)

int close(int descriptor) {
    int (*real)(int) = next_symbol("close");
    if (descriptor >= 0 && descriptor < DESCRIPTORS) ours[descriptor] = 0;
    return real(descriptor);
}

#define MMAP(name, offset_type)                                                                              \
    void *name(void *where, size_t length, int protection, int flags, int descriptor, offset_type offset) { \
        void *(*real)(void *, size_t, int, int, int, offset_type) = next_symbol(#name);                     \
        if (descriptor < 0 || descriptor >= DESCRIPTORS || !ours[descriptor])                               \
            return real(where, length, protection, flags, descriptor, offset);                              \
        void *start = real(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);        \
        starts[(offset >> 20) % BUFFERS] = start;                                                           \
        return start;                                                                                       \
    }
MMAP(mmap, off_t)
MMAP(mmap64, off64_t)

static int fails(int error) {
    errno = error;
    return -1;
}

static uint32_t code(void) { return v4l2_fourcc(fourcc[0], fourcc[1], fourcc[2], fourcc[3]); }

static int format(struct v4l2_format *asked) {
    if (asked->type != V4L2_BUF_TYPE_VIDEO_CAPTURE) return fails(EINVAL);
    memset(&asked->fmt.pix, 0, sizeof asked->fmt.pix);
    asked->fmt.pix.width = width;
    asked->fmt.pix.height = height;
    asked->fmt.pix.pixelformat = code();
    asked->fmt.pix.field = V4L2_FIELD_NONE;
    asked->fmt.pix.sizeimage = largest;
    return 0;
}

static int rate(struct v4l2_streamparm *asked) {
    asked->parm.capture.capability = V4L2_CAP_TIMEPERFRAME;
    asked->parm.capture.timeperframe = (struct v4l2_fract){1, fps};
    return 0;
}

static int dequeue(struct v4l2_buffer *buffer) {
    if (state->unplugged) return fails(ENODEV);
    if (!queued) return fails(EINVAL);
    due.tv_nsec += 1000000000L / fps;
    if (due.tv_nsec >= 1000000000L) {
        due.tv_sec++;
        due.tv_nsec -= 1000000000L;
    }
    struct timespec now;
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (now.tv_sec > due.tv_sec + 1) due = now; /* nobody looked for so long */
    int index = queue[0];
    memmove(queue, queue + 1, (size_t)--queued * sizeof *queue);
    uint32_t length = length_at(place);
    memcpy(starts[index], frames + place + 4, length);
    place = place + 4 + length < frames_bytes ? place + 4 + length : 0;
    buffer->index = (uint32_t)index;
    buffer->bytesused = length;
    buffer->length = largest;
    buffer->flags = V4L2_BUF_FLAG_MAPPED | V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
    buffer->timestamp = (struct timeval){now.tv_sec, now.tv_nsec / 1000};
    buffer->sequence = (uint32_t)state->delivered++;
    buffer->m.offset = (uint32_t)index << 20;
    return 0;
}

/* The control of that number, or with V4L2_CTRL_FLAG_NEXT_CTRL the first one behind it. */
static int control_index(uint32_t asked) {
    uint32_t id = asked & V4L2_CTRL_ID_MASK;
    for (int i = 0; i < CONTROLS; i++)
        if (asked & V4L2_CTRL_FLAG_NEXT_CTRL ? controls[i].id > id : controls[i].id == id) return i;
    return -1;
}

static uint32_t flags_of(int index) {
    return index == EXPOSURE_TIME && state->values[AUTO_EXPOSURE] != 1 ? V4L2_CTRL_FLAG_INACTIVE : 0;
}

static int set(int index, int32_t value) {
    if (flags_of(index)) return fails(EACCES);
    if (value < controls[index].minimum || value > controls[index].maximum) return fails(ERANGE);
    if (controls[index].type == V4L2_CTRL_TYPE_MENU && !menu[value]) return fails(EINVAL);
    state->values[index] = value;
    return 0;
}

static int extended(struct v4l2_ext_controls *asked, int is_set) {
    for (uint32_t i = 0; i < asked->count; i++) {
        int index = control_index(asked->controls[i].id);
        if (index < 0) {
            asked->error_idx = i;
            return fails(EINVAL);
        }
        if (!is_set) asked->controls[i].value = state->values[index];
        else if (set(index, asked->controls[i].value)) {
            asked->error_idx = i;
            return -1;
        }
    }
    return 0;
}

static int answer(unsigned long request, void *argument) {
    int index;
    switch (request) {
    case VIDIOC_QUERYCAP: {
        struct v4l2_capability *found = argument;
        memset(found, 0, sizeof *found);
        strcpy((char *)found->driver, "uvcvideo");
        strcpy((char *)found->card, "Camera of the tests");
        found->device_caps = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING;
        found->capabilities = found->device_caps | V4L2_CAP_DEVICE_CAPS;
        return 0;
    }
    case VIDIOC_ENUMINPUT:
        if (((struct v4l2_input *)argument)->index) return fails(EINVAL);
        ((struct v4l2_input *)argument)->type = V4L2_INPUT_TYPE_CAMERA;
        return 0;
    case VIDIOC_G_INPUT:
        *(int *)argument = 0;
        return 0;
    case VIDIOC_S_INPUT:
        return 0;
    case VIDIOC_ENUM_FMT:
        if (((struct v4l2_fmtdesc *)argument)->index) return fails(EINVAL);
        ((struct v4l2_fmtdesc *)argument)->pixelformat = code();
        return 0;
    case VIDIOC_G_FMT:
    case VIDIOC_S_FMT:
    case VIDIOC_TRY_FMT:
        return format(argument);
    case VIDIOC_G_PARM:
    case VIDIOC_S_PARM:
        return rate(argument);
    case VIDIOC_REQBUFS: {
        struct v4l2_requestbuffers *asked = argument;
        if (asked->count > BUFFERS) asked->count = BUFFERS;
        buffers = (int)asked->count;
        queued = 0;
        return 0;
    }
    case VIDIOC_QUERYBUF: {
        struct v4l2_buffer *asked = argument;
        if ((int)asked->index >= buffers) return fails(EINVAL);
        asked->length = largest;
        asked->m.offset = asked->index << 20;
        return 0;
    }
    case VIDIOC_QBUF:
        if (queued < BUFFERS) queue[queued++] = (int)((struct v4l2_buffer *)argument)->index;
        return 0;
    case VIDIOC_DQBUF:
        return dequeue(argument);
    case VIDIOC_STREAMON:
        return clock_gettime(CLOCK_MONOTONIC, &due);
    case VIDIOC_STREAMOFF:
        queued = 0;
        return 0;
    case VIDIOC_QUERYCTRL: {
        struct v4l2_queryctrl *asked = argument;
        if ((index = control_index(asked->id)) < 0) return fails(EINVAL);
        const struct control *found = &controls[index];
        *asked = (struct v4l2_queryctrl){.id = found->id, .type = found->type, .minimum = found->minimum, .maximum = found->maximum,
                                         .step = found->step, .default_value = found->standard, .flags = flags_of(index)};
        strncpy((char *)asked->name, found->name, sizeof asked->name - 1);
        return 0;
    }
    case VIDIOC_QUERY_EXT_CTRL: {
        struct v4l2_query_ext_ctrl *asked = argument;
        if ((index = control_index(asked->id)) < 0) return fails(EINVAL);
        const struct control *found = &controls[index];
        *asked = (struct v4l2_query_ext_ctrl){.id = found->id, .type = found->type, .minimum = found->minimum,
                                              .maximum = found->maximum, .step = (uint64_t)found->step,
                                              .default_value = found->standard, .flags = flags_of(index),
                                              .elem_size = 4, .elems = 1};
        strncpy(asked->name, found->name, sizeof asked->name - 1);
        return 0;
    }
    case VIDIOC_QUERYMENU: {
        struct v4l2_querymenu *asked = argument;
        if (asked->id != V4L2_CID_EXPOSURE_AUTO || asked->index > 3 || !menu[asked->index]) return fails(EINVAL);
        strncpy((char *)asked->name, menu[asked->index], sizeof asked->name - 1);
        return 0;
    }
    case VIDIOC_G_CTRL:
        if ((index = control_index(((struct v4l2_control *)argument)->id)) < 0) return fails(EINVAL);
        ((struct v4l2_control *)argument)->value = state->values[index];
        return 0;
    case VIDIOC_S_CTRL:
        if ((index = control_index(((struct v4l2_control *)argument)->id)) < 0) return fails(EINVAL);
        return set(index, ((struct v4l2_control *)argument)->value);
    case VIDIOC_G_EXT_CTRLS:
        return extended(argument, 0);
    case VIDIOC_TRY_EXT_CTRLS:
        return 0;
    case VIDIOC_S_EXT_CTRLS:
        return extended(argument, 1);
    default:
        return fails(ENOTTY);
    }
}

int ioctl(int descriptor, unsigned long request, ...) {
    int (*real)(int, unsigned long, void *) = next_symbol("ioctl");
    va_list rest;
    va_start(rest, request);
    void *argument = va_arg(rest, void *);
    va_end(rest);
    if (descriptor < 0 || descriptor >= DESCRIPTORS || !ours[descriptor]) return real(descriptor, request, argument);
    if (state->unplugged) return fails(ENODEV);
    return answer(request & 0xffffffff, argument);
}
