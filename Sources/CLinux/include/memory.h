// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

#ifndef HR_MEMORY_H
#define HR_MEMORY_H

#include <stddef.h>

/// A file in memory of a fixed size that no writer passes (EPERM), closed in children. Its descriptor, or -1 with errno.
int hr_fixed_memory(const char *name, size_t size);

#endif
