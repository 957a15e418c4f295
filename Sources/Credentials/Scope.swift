// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

/// What somebody may do. None holds another.
public enum Scope: String, CaseIterable, Hashable, Sendable, Codable {
    /// See metrics, pages and documents.
    case read
    /// Change what Headroom does, within the reserve.
    case override
    /// Together with ``override``: grow beyond the reserve.
    case breakGlass = "break-glass"
}
