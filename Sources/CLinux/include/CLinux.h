// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

// What Swift cannot import of Linux: ioctl numbers, flexible arrays, variadic callbacks.

#include "children.h"
#include "devicemapper.h"
#include "filesystem.h"
#include "memory.h"
#include "peer.h"
