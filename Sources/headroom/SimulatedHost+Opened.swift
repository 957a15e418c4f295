// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Simulation

extension SimulatedHost {
    static func opened(_ file: String) throws(CommandError) -> SimulatedHost {
        do throws(SimulationFileError) {
            return try load(file: file)
        } catch {
            throw CommandError(error.description)
        }
    }
}
