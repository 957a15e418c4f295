// swift-tools-version: 6.2
import PackageDescription

let house: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

/// A folder under Sources, with what stands above it in the flow from kernel to command line.
func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: house)
}

/// The tests of one room, which may look into the rooms above it.
func tests(of name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: [.byName(name: name)] + dependencies,
        swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error), .enableUpcomingFeature("ExistentialAny")])
}

let package = Package(
    name: "headroom",
    products: [.executable(name: "headroom", targets: ["headroom"])],
    dependencies: [
        // Without traits Hummingbird takes neither full Foundation nor swift-configuration.
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0", traits: []),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        // For tests only: what is linked with it grows by 1.6 MB.
        .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .systemLibrary(name: "CDeviceMapper", pkgConfig: "devmapper", providers: [.apt(["libdevmapper-dev"])]),
        // Releases before Debian 10 called this package e2fslibs-dev.
        .systemLibrary(name: "CExt2FS", pkgConfig: "ext2fs", providers: [.apt(["libext2fs-dev"])]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CCrypt", pkgConfig: "libcrypt", providers: [.apt(["libcrypt-dev"])]),
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "CLinux"),

        room("FailPoints"),
        room("Units"),
        room("Dice", ["Units"]),
        room("Digest"),
        room("Systemd"),
        room("Sandbox"),
        room("Gzip", ["CZlib"]),
        room("Deadlines", ["Units"]),
        room(
            "HTTPClient",
            [
                "Units",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]),
        room("LocalGRPC", ["Units", "CLinux"]),
        room("DeviceMapper", ["FailPoints", "Units", "CDeviceMapper", "CLinux"]),
        room("Filesystem", ["FailPoints", "Units", "Sandbox", "CLinux", "CExt2FS"]),
        room("Owners", ["FailPoints", "Units", "Sandbox", "HTTPClient", "LocalGRPC"]),
        room("Host", ["FailPoints", "Units", "Sandbox", "Deadlines", "DeviceMapper", "Filesystem", "Owners", "CLinux"]),
        room("Simulation", ["Units", "Dice", "DeviceMapper", "Filesystem", "Owners", "Host", "YAML"]),
        room("Inventory", ["Units", "DeviceMapper", "Filesystem", "Owners", "Host"]),
        room("Policy", ["Units", "DeviceMapper", "Filesystem", "Owners", "Host", "Inventory"]),
        room("YAML", ["CYAML"]),
        room("Credentials", ["Units", "Digest", "Deadlines", "CCrypt"]),
        room("ConfigurationFile", ["Units", "Owners", "Policy", "YAML", "Credentials"]),
        room("WebConfiguration", ["Units", "YAML", "Credentials", "ConfigurationFile"]),
        room("Journal", ["FailPoints", "Units", "Digest", "Systemd", "Deadlines", "Host", "Policy", "CSQLite"]),
        room("Grower", ["Units", "DeviceMapper", "Filesystem", "Owners", "Host", "Policy"]),
        room(
            "Engine",
            [
                "Units", "DeviceMapper", "Filesystem", "Owners", "Host", "Inventory", "Policy", "Journal", "Grower",
                .product(name: "Logging", package: "swift-log"),
            ]),
        room("Notices", ["Units", "DeviceMapper", "Owners", "Host", "Inventory", "Policy", "Engine"]),
        room("Exposition", ["Units", "DeviceMapper", "Filesystem", "Owners", "Inventory", "Policy", "Journal", "Engine"]),
        room(
            "Server",
            [
                "Units", "Deadlines", "HTTPClient", "Credentials", "ConfigurationFile", "WebConfiguration", "YAML", "Policy",
                "Journal", "Engine", "Exposition", "Gzip", "CLinux",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
            ]),
        room(
            "Notifier",
            [
                "Units", "Deadlines", "HTTPClient", "ConfigurationFile", "Engine", "Notices", "Exposition",
                .product(name: "Logging", package: "swift-log"),
            ]),
        .executableTarget(
            name: "headroom",
            dependencies: [
                "FailPoints", "Units", "Deadlines", "Owners", "Host", "Simulation", "Inventory", "Policy", "Credentials",
                "ConfigurationFile",
                "WebConfiguration", "Journal",
                "Grower",
                "Engine",
                "Exposition", "Server", "Notifier", "Systemd", "Sandbox", "CLinux",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: house),
        tests(of: "FailPoints"),
        tests(of: "Units"),
        tests(of: "Digest"),
        tests(of: "Systemd"),
        tests(of: "Sandbox"),
        tests(of: "Gzip"),
        tests(of: "Deadlines"),
        tests(
            of: "HTTPClient",
            [
                "Units", .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]),
        tests(of: "DeviceMapper", ["Units", "Dice"]),
        tests(of: "Filesystem", ["Units", "Dice"]),
        tests(
            of: "LocalGRPC",
            [
                "Units", .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHPACK", package: "swift-nio-http2"), .product(name: "NIOHTTP2", package: "swift-nio-http2"),
            ]),
        tests(of: "Owners", ["Units", "Dice", "HTTPClient", "LocalGRPC"]),
        tests(of: "Host", ["Units", "Dice", "HTTPClient", "Deadlines", "DeviceMapper", "Filesystem", "Owners"]),
        tests(of: "YAML"),
        tests(of: "Simulation", ["Units", "DeviceMapper", "Filesystem", "Owners", "Host"]),
        tests(of: "Inventory", ["Units", "DeviceMapper", "Filesystem", "Host"]),
        tests(of: "Policy", ["Units", "Dice", "DeviceMapper", "Filesystem", "Owners", "Host", "Inventory", "Simulation"]),
        tests(of: "Credentials", ["Units"]),
        tests(of: "ConfigurationFile", ["Units", "Dice", "Owners", "Policy", "Credentials"]),
        tests(of: "WebConfiguration", ["ConfigurationFile", "Credentials"]),
        tests(of: "Journal", ["Units", "Dice", "Filesystem", "Owners", "Host", "Policy", "Digest"]),
        tests(of: "Grower", ["Units", "Dice", "Filesystem", "Owners", "Host", "Policy"]),
        tests(
            of: "Engine",
            [
                "Units", "DeviceMapper", "Filesystem", "Owners", "Host", "Simulation", "Policy", "Journal",
                .product(name: "Logging", package: "swift-log"),
            ]),
        tests(
            of: "Exposition",
            ["Units", "DeviceMapper", "Filesystem", "Owners", "Host", "Inventory", "Policy", "Journal", "Engine"]),
        tests(
            of: "Server",
            [
                "Units", "DeviceMapper", "Filesystem", "Owners", "Host", "Inventory", "Policy", "Journal", "Engine", "Exposition",
                "Credentials", "WebConfiguration",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Logging", package: "swift-log"),
            ]),
        tests(of: "Notices", ["Units", "Dice", "DeviceMapper", "Filesystem", "Owners", "Host", "Inventory", "Policy", "Engine"]),
        tests(
            of: "Notifier",
            [
                "Units", "DeviceMapper", "Filesystem", "Owners", "Host", "Inventory", "Policy", "ConfigurationFile", "Engine",
                "Notices", "Exposition",
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Logging", package: "swift-log"),
            ]),
        tests(of: "headroom", ["Units", "Host", "Policy", "Journal", "Engine", "Exposition", "Systemd"]),
    ]
)
