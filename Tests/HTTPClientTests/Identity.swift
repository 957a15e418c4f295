// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

/// A certificate that vouches for itself, and its key. For these tests alone; valid from 2020 to 2120.
struct Identity: Sendable {
    let certificate: String
    let key: String

    /// For `localhost` and 127.0.0.1.
    static let localhost = Identity(
        certificate: """
            -----BEGIN CERTIFICATE-----
            MIIBZzCCAQ2gAwIBAgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlsb2NhbGhv
            c3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMM
            CWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABEHKXQHgSQCIZiMl
            iw0YW7nwxvN3Zd1VEbHiq2JTAuEk/4wYjkPax2gp2T+RCMXFljTZb5ksLuHe7jVm
            kDnUqxijTjBMMA8GA1UdEwEB/wQFMAMBAf8wGgYDVR0RBBMwEYIJbG9jYWxob3N0
            hwR/AAABMB0GA1UdDgQWBBSzsiOABTkJeS82qtJ5I4PK6nJwmjAKBggqhkjOPQQD
            AgNIADBFAiEAm5RMUEdFf9kN1uUUpPecMzJJkQ8MvP6ds1FEwTWoPCICIFC8QMG8
            7ZcGux8f44/6xFk/rgZz4sub2+eLxD6+jul7
            -----END CERTIFICATE-----
            """,
        key: """
            -----BEGIN PRIVATE KEY-----
            MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgSnpT4DPYUy7RyQ+y
            9VGt17ekbZElFQTEoJECRd0dVRKhRANCAARByl0B4EkAiGYjJYsNGFu58Mbzd2Xd
            VRGx4qtiUwLhJP+MGI5D2sdoKdk/kQjFxZY02W+ZLC7h3u41ZpA51KsY
            -----END PRIVATE KEY-----
            """)

    /// For `other.example.org`.
    static let other = Identity(
        certificate: """
            -----BEGIN CERTIFICATE-----
            MIIBYjCCAQegAwIBAgIBATAKBggqhkjOPQQDAjAQMQ4wDAYDVQQDDAVvdGhlcjAg
            Fw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowEDEOMAwGA1UEAwwFb3Ro
            ZXIwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASDlge/c+JwPQR/q2DoEzwAvZT7
            aT2e2JNCuMPr9qelqWvYSapqPJlxxPWcx5JlLcSMf/Q0XmYWavqNZqDWiO+Jo1Aw
            TjAPBgNVHRMBAf8EBTADAQH/MBwGA1UdEQQVMBOCEW90aGVyLmV4YW1wbGUub3Jn
            MB0GA1UdDgQWBBSWkLQ0GGbzKPvv+OvLDAp8D5QX3jAKBggqhkjOPQQDAgNJADBG
            AiEAiSqJzeCT211/RwKQ++jLnk6oK/hkf5muDgIZ2zEHgEICIQCGlyIvEsuawhMh
            EIuEPCDM4vzIyHPmO+H2JxRgK0DW9Q==
            -----END CERTIFICATE-----
            """,
        key: """
            -----BEGIN PRIVATE KEY-----
            MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg16iPrdRX8zOk2q6I
            LJKPnFfF+Rc8x3OkidFU/8/8KSOhRANCAASDlge/c+JwPQR/q2DoEzwAvZT7aT2e
            2JNCuMPr9qelqWvYSapqPJlxxPWcx5JlLcSMf/Q0XmYWavqNZqDWiO+J
            -----END PRIVATE KEY-----
            """)
}
