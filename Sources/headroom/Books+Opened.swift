// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Engine
import Journal

extension Books {
    /// The journal in the state directory; what keeps it from being used is told, and nothing is grown then. What was grown
    /// before is kept in being even so, where it can be read.
    static func opened(in directory: String) async -> Books {
        do throws(JournalError) {
            return .journal(try await Journal.open(directory: directory))
        } catch {
            return .broken(error, await Journal.remains(in: directory))
        }
    }
}
