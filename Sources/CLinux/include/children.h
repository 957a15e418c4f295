// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

#ifndef HR_CHILDREN_H
#define HR_CHILDREN_H

#include <spawn.h>

/// The child begins without the descriptors from `first` on. 0, or an errno.
int hr_close_from(posix_spawn_file_actions_t *actions, int first);

#endif
