// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import ArgumentParser
import FailPoints
import Glibc

/// For tests of crashes, which are to miss none.
struct FailPointsList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fail-points", abstract: "The places at which HEADROOM_FAIL_POINT can end the process.", shouldDisplay: false
    )

    func run() { for point in FailPoint.allCases { write("\(point.rawValue)\n", to: STDOUT_FILENO) } }
}
