// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

#ifndef HR_PEER_H
#define HR_PEER_H

#include <assert.h>
#include <stdint.h>

/// struct ucred, what SO_PEERCRED answers (only with _GNU_SOURCE in <sys/socket.h>).
struct hr_ucred {
    int32_t pid;
    uint32_t uid;
    uint32_t gid;
};

static_assert(sizeof(struct hr_ucred) == 12, "struct ucred");

#endif
