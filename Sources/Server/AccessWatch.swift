// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import ServiceLifecycle

/// Looks once a second whether the files of access control changed, and says how many requests were rejected.
struct AccessWatch: Service {
    let control: AccessControl

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while true {
                do {
                    try await Task.sleep(for: .seconds(1))
                } catch {
                    return
                }
                await control.refresh()
                control.rejections.tell(at: .now)
            }
        }
    }
}
