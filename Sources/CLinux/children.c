// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

#define _GNU_SOURCE
#include "children.h"

int hr_close_from(posix_spawn_file_actions_t *actions, int first) {
    return posix_spawn_file_actions_addclosefrom_np(actions, first);
}
