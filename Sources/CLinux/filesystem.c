// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

#define _GNU_SOURCE

#include "filesystem.h"

#include <fcntl.h>

int hr_ext4_resize(int descriptor, __u64 blocks) { return ioctl(descriptor, HR_EXT4_RESIZE, &blocks); }

int hr_xfs_grow(int descriptor, const struct hr_xfs_growfs_data *growth) { return ioctl(descriptor, HR_XFS_GROW, growth); }

int hr_xfs_geometry(int descriptor, struct hr_xfs_geometry *geometry) {
    return ioctl(descriptor, HR_XFS_GEOMETRY, geometry);
}

int hr_open_direct_flag(void) { return O_DIRECT; }
