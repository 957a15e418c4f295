// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

#ifndef HR_DEVICEMAPPER_H
#define HR_DEVICEMAPPER_H

#include <stddef.h>
#include <stdint.h>

/// Makes the next poll() on an open /dev/mapper/control wait for events after this one (DM_DEV_ARM_POLL). 0, or -1 with
/// errno; ENOTTY on kernels before 4.13.
int hr_dm_arm_poll(int control);

/// Gives a device another name (DM_DEV_RENAME) and leaves links and nodes to udev's rules: libdevmapper would note them down in
/// a list that is not safe between threads. 0, or -1 with errno; EBUSY when the name is another's.
int hr_dm_rename(int control, const char *from, const char *to);

/// Sends what libdevmapper would print to a place of each thread's own.
void hr_dm_collect_log(void);
/// The first error that libdevmapper told on this thread since hr_dm_forget_log(), "" if none.
const char *hr_dm_logged(void);
/// The errno that came with it, 0 if none.
int hr_dm_logged_errno(void);
void hr_dm_forget_log(void);

/// One entry of DM_LIST_DEVICES (struct dm_name_list): Swift does not import its flexible array, nor what follows that.
struct hr_dm_entry {
    uint32_t major;
    uint32_t minor;
    /// NUL-terminated bytes within the reply.
    const char *name;
    /// How many events the device has raised; 0 when the kernel does not tell.
    uint32_t event;
    /// Within the reply; NULL when the kernel was not asked for it.
    const char *uuid;
    /// The entry after it, NULL at the end.
    const void *next;
};

/// Reads the entry at `names` (a struct dm_names of libdevmapper). `has_events`: the driver is 4.37 or later.
struct hr_dm_entry hr_dm_entry_at(const void *names, int has_events);

/// How many devices a table stands on, and which: `dependencies` is a struct dm_deps of libdevmapper.
uint32_t hr_dm_dependency_count(const void *dependencies);
void hr_dm_dependency_at(const void *dependencies, uint32_t index, uint32_t *major, uint32_t *minor);

#endif
