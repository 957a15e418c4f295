// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

#ifndef HR_FILESYSTEM_H
#define HR_FILESYSTEM_H

#include <assert.h>
#include <linux/types.h>
#include <stddef.h>
#include <sys/ioctl.h>

// Growth of a mounted filesystem (fs/ext4/ext4.h, fs/xfs/libxfs/xfs_fs.h). Neither header is installed with the kernel's
// own, so what is needed is written down here, and its layout is checked below: a wrong size would be a wrong number.

/// The new size of an ext4 filesystem in its own blocks goes in as a 64-bit number.
#define HR_EXT4_RESIZE _IOW('f', 16, __u64)

/// struct xfs_growfs_data.
struct hr_xfs_growfs_data {
    /// The new size in filesystem blocks.
    __u64 newblocks;
    /// The share of blocks that may hold inodes, in percent. It is set as well, so hand back what the geometry says.
    __u32 imaxpct;
};

/// struct xfs_fsop_geom_v1: the form that every kernel answers.
struct hr_xfs_geometry {
    __u32 blocksize;
    __u32 rtextsize;
    __u32 agblocks;
    __u32 agcount;
    __u32 logblocks;
    __u32 sectsize;
    __u32 inodesize;
    __u32 imaxpct;
    __u64 datablocks;
    __u64 rtblocks;
    __u64 rtextents;
    __u64 logstart;
    unsigned char uuid[16];
    __u32 sunit;
    __u32 swidth;
    __s32 version;
    __u32 flags;
    __u32 logsectsize;
    __u32 rtsectsize;
    __u32 dirblocksize;
};

#define HR_XFS_GROW _IOW('X', 110, struct hr_xfs_growfs_data)
#define HR_XFS_GEOMETRY _IOR('X', 100, struct hr_xfs_geometry)

static_assert(sizeof(struct hr_xfs_growfs_data) == 16, "struct xfs_growfs_data");
static_assert(sizeof(struct hr_xfs_geometry) == 112, "struct xfs_fsop_geom_v1");
static_assert(offsetof(struct hr_xfs_geometry, datablocks) == 32, "struct xfs_fsop_geom_v1");
static_assert(offsetof(struct hr_xfs_geometry, sunit) == 80, "struct xfs_fsop_geom_v1");

/// EXT4_IOC_RESIZE_FS on any open file of the mount. 0, or -1 with errno.
int hr_ext4_resize(int descriptor, __u64 blocks);
/// XFS_IOC_FSGROWFSDATA on any open file of the mount. 0, or -1 with errno.
int hr_xfs_grow(int descriptor, const struct hr_xfs_growfs_data *growth);
/// XFS_IOC_FSGEOMETRY_V1 on any open file of the mount. 0, or -1 with errno.
int hr_xfs_geometry(int descriptor, struct hr_xfs_geometry *geometry);

/// O_DIRECT, which <fcntl.h> gives only with _GNU_SOURCE and whose number differs between processors.
int hr_open_direct_flag(void);

#endif
