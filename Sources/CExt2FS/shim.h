// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

#include <et/com_err.h>
#include <ext2fs/ext2_fs.h>
#include <ext2fs/ext2fs.h>

// Swift imports neither a mutable global nor the macros that read a field under a feature's condition.

/// The manager of plain files and devices.
static inline io_manager hr_unix_io_manager(void) { return unix_io_manager; }
