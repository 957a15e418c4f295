// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

#include "devicemapper.h"

#include <errno.h>
#include <libdevmapper.h>
#include <linux/dm-ioctl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>

int hr_dm_arm_poll(int control) {
    struct dm_ioctl arm;
    memset(&arm, 0, sizeof arm);
    // The first version of the interface that knows this command.
    arm.version[0] = DM_VERSION_MAJOR;
    arm.version[1] = 0;
    arm.version[2] = 0;
    arm.data_size = sizeof arm;
    return ioctl(control, DM_DEV_ARM_POLL, &arm);
}

int hr_dm_rename(int control, const char *from, const char *to) {
    struct {
        struct dm_ioctl head;
        char name[DM_NAME_LEN];
    } request;
    memset(&request, 0, sizeof request);
    if (strlen(from) >= DM_NAME_LEN || strlen(to) >= DM_NAME_LEN) {
        errno = ENAMETOOLONG;
        return -1;
    }
    request.head.version[0] = DM_VERSION_MAJOR;
    request.head.data_size = sizeof request;
    request.head.data_start = sizeof request.head;
    // As libdevmapper marks what udev's rules shall handle as usual.
    request.head.event_nr = (uint32_t)DM_UDEV_PRIMARY_SOURCE_FLAG << DM_UDEV_FLAGS_SHIFT;
    strcpy(request.head.name, from);
    strcpy(request.name, to);
    return ioctl(control, DM_DEV_RENAME, &request);
}

static _Thread_local char logged[512];
static _Thread_local int logged_errno;

__attribute__((format(printf, 5, 6))) static void collect(
    int level, const char *file, int line, int errno_or_class, const char *format, ...) {
    (void)file;
    (void)line;
    // The level carries flags above its lowest three bits. The first error is the cause, later ones its consequences.
    if ((level & 7) > 3 || logged[0] != '\0') return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(logged, sizeof logged, format, arguments);
    va_end(arguments);
    logged_errno = errno_or_class;
}

void hr_dm_collect_log(void) { dm_log_with_errno_init(collect); }
const char *hr_dm_logged(void) { return logged; }
int hr_dm_logged_errno(void) { return logged_errno; }
void hr_dm_forget_log(void) {
    logged[0] = '\0';
    logged_errno = 0;
}

static const char *aligned(const char *pointer) { return (const char *)(((uintptr_t)pointer + 7) & ~(uintptr_t)7); }

struct hr_dm_entry hr_dm_entry_at(const void *names, int has_events) {
    const struct dm_name_list *entry = names;
    struct hr_dm_entry result = {
        .major = major(entry->dev),
        .minor = minor(entry->dev),
        .name = entry->name,
        .next = entry->next != 0 ? (const char *)names + entry->next : NULL,
    };
    if (has_events) {
        const char *after = aligned(entry->name + strlen(entry->name) + 1);
        uint32_t numbers[2];
        memcpy(numbers, after, sizeof numbers);
        result.event = numbers[0];
        if (numbers[1] & DM_NAME_LIST_FLAG_HAS_UUID) result.uuid = after + sizeof numbers;
    }
    return result;
}

uint32_t hr_dm_dependency_count(const void *dependencies) { return ((const struct dm_deps *)dependencies)->count; }

void hr_dm_dependency_at(const void *dependencies, uint32_t index, uint32_t *major_out, uint32_t *minor_out) {
    uint64_t device = ((const struct dm_deps *)dependencies)->device[index];
    *major_out = major(device);
    *minor_out = minor(device);
}
