// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import FoundationEssentials
import HTTPClient

/// What of the answers of LXD's API is of use here. Incus answers the same.
enum LXDAnswers {
    /// Every answer but those of files.
    struct Envelope<Metadata: Decodable>: Decodable {
        var metadata: Metadata?
    }

    struct Failure: Decodable {
        var error: String?
    }

    /// `/1.0`
    struct Server: Decodable {
        var environment: Environment?

        struct Environment: Decodable {
            /// `lxd` or `incus`.
            var server: String?
            var isClustered: Bool?
            /// Its own name among the cluster's members.
            var name: String?

            enum CodingKeys: String, CodingKey {
                case server
                case isClustered = "server_clustered"
                case name = "server_name"
            }
        }
    }

    /// `/1.0/storage-pools`
    struct StoragePool: Decodable {
        var name: String
        var driver: String?
        var config: [String: String]?

        /// Of a pool on LVM.
        var volumeGroup: String? {
            guard driver == "lvm" else { return nil }
            return config?["lvm.vg_name"] ?? config?["source"]
        }
    }

    /// `/1.0/instances`
    struct Instance: Decodable {
        var name: String
        var project: String?
        var type: String?
        /// The cluster's member that it is on.
        var location: String?
        var devices: [String: [String: String]]?
        var expandedDevices: [String: [String: String]]?
        var expandedConfig: [String: String]?

        enum CodingKeys: String, CodingKey {
            case name, project, type, location, devices
            case expandedDevices = "expanded_devices"
            case expandedConfig = "expanded_config"
        }

        /// The disk at `/`, with all that it has from profiles.
        var root: (device: String, settings: [String: String])? {
            let disks = (expandedDevices ?? [:]).filter { _, settings in
                settings["type"] == "disk" && settings["path"] == "/" && settings["pool"] != nil
            }
            return disks.min { $0.key < $1.key }.map { ($0.key, $0.value) }
        }
    }

    /// `/1.0/operations/ID/wait`
    struct Operation: Decodable {
        var id: String?
        var statusCode: Int?
        var error: String?

        enum CodingKeys: String, CodingKey {
            case id
            case statusCode = "status_code"
            case error = "err"
        }
    }

    static func decode<Metadata: Decodable>(_ type: Metadata.Type, from answer: ClientAnswer) throws(LXDError) -> Metadata {
        guard answer.status < 400 else { throw LXDError.refusal(answer) }
        let metadata = try? JSONDecoder().decode(Envelope<Metadata>.self, from: Data(answer.body)).metadata
        guard let metadata else { throw .unintelligible("its answer has not the form that LXD's has") }
        return metadata
    }
}

/// Why LXD or Incus does not tell, or do, what it was asked to.
enum LXDError: Error, Hashable {
    case http(ClientError)
    /// It said no, in its own words.
    case said(status: Int, String)
    case unintelligible(String)

    static func refusal(_ answer: ClientAnswer) -> LXDError {
        let failure = try? JSONDecoder().decode(LXDAnswers.Failure.self, from: Data(answer.body))
        return .said(status: answer.status, failure?.error ?? "status \(answer.status)")
    }

    /// For counting.
    var kind: String {
        switch self {
        case .http(.timeout): "timeout"
        case .http(.permissionDenied): "permission"
        case .http, .said: "failed"
        case .unintelligible: "unparsable"
        }
    }
}

extension LXDError: CustomStringConvertible {
    var description: String {
        switch self {
        case .http(let error): error.description
        case .said(_, let text), .unintelligible(let text): text
        }
    }
}
