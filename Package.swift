// swift-tools-version:6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .treatAllWarnings(as: .error),
]

let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")

// Floor 1. The standard library and the C library only; swift-system for what has a descriptor.
let toolkitProducts: [Product] = [
  .library(name: "Addresses", targets: ["Addresses"]),
  .library(name: "AsyncSockets", targets: ["AsyncSockets"]),
  .library(name: "BinaryPacking", targets: ["BinaryPacking"]),
  .library(name: "Framing", targets: ["Framing"]),
  .library(name: "Linearization", targets: ["Linearization"]),
  .library(name: "Selectors", targets: ["Selectors"]),
  .library(name: "SocketServer", targets: ["SocketServer"]),
  .library(name: "Sockets", targets: ["Sockets"]),
  .executable(name: "echod", targets: ["echod"]),
  .executable(name: "mro", targets: ["mro"]),
  .executable(name: "packstruct", targets: ["packstruct"]),
  .executable(name: "structbench", targets: ["structbench"]),
  .executable(name: "tutorials", targets: ["tutorials"]),
]
let toolkit: [Target] = [
  .target(name: "Addresses", swiftSettings: strict),
  .target(name: "BinaryPacking", swiftSettings: strict),
  .target(name: "Framing", swiftSettings: strict),
  .target(name: "Linearization", swiftSettings: strict),
  .target(name: "CSockets"),
  .target(name: "Selectors", dependencies: ["CSockets", system], swiftSettings: strict),
  .target(name: "Sockets", dependencies: ["Addresses", "CSockets", system], swiftSettings: strict),
  .target(
    name: "SocketServer", dependencies: ["Addresses", "CSockets", "Selectors", "Sockets", system],
    swiftSettings: strict),
  .target(
    name: "AsyncSockets", dependencies: ["Addresses", "CSockets", "Framing", "Selectors", "Sockets", system],
    swiftSettings: strict + [.enableExperimentalFeature("Lifetimes")]),

  // The toolkit's programs.
  .executableTarget(
    name: "echod", dependencies: ["Addresses", "AsyncSockets", "SocketServer", "Sockets"], swiftSettings: strict),
  .executableTarget(name: "mro", dependencies: ["Linearization"], swiftSettings: strict),
  .executableTarget(name: "packstruct", dependencies: ["BinaryPacking"], swiftSettings: strict),
  .executableTarget(name: "structbench", dependencies: ["BinaryPacking"], swiftSettings: strict),

  // Every program of the tutorials, one file each.
  .executableTarget(
    name: "tutorials",
    dependencies: [
      "Addresses", "BinaryPacking", "Framing", "Linearization", "Selectors", "SocketServer", "Sockets", system,
    ],
    swiftSettings: strict),

  .testTarget(
    name: "AddressesTests", dependencies: ["Addresses", "CAllocationCounter"], exclude: ["Python"],
    swiftSettings: strict),
  // Counts the allocations of the test's process.
  .target(name: "CAllocationCounter", path: "Tests/CAllocationCounter"),
  .testTarget(
    name: "BinaryPackingTests", dependencies: ["BinaryPacking", "CAllocationCounter", "packstruct"],
    exclude: ["oracle.py"], swiftSettings: strict),
  .testTarget(
    name: "LinearizationTests", dependencies: ["Linearization", "mro"], exclude: ["Python"], swiftSettings: strict),
  .testTarget(name: "SelectorsTests", dependencies: ["CSockets", "Selectors", system], swiftSettings: strict),
  .testTarget(
    name: "SocketsTests", dependencies: ["Addresses", "CSockets", "Sockets", system], swiftSettings: strict),
  // Forks: a process of one thread, which a test's is not.
  .executableTarget(
    name: "forktest", dependencies: ["SocketServer", "Sockets"], path: "Tests/forktest", swiftSettings: strict),
  .testTarget(
    name: "SocketServerTests",
    dependencies: ["Addresses", "Linearization", "SocketServer", "Sockets", "forktest"], swiftSettings: strict),
  .testTarget(name: "FramingTests", dependencies: ["Framing"], swiftSettings: strict),
  .testTarget(
    name: "TutorialsTests", dependencies: ["Addresses", "Sockets", "tutorials"], swiftSettings: strict),
  .testTarget(
    name: "AsyncSocketsTests",
    dependencies: ["Addresses", "AsyncSockets", "CAllocationCounter", "CSockets", "Framing", "Sockets", system],
    swiftSettings: strict),
]

// Floor 3.
let productProducts: [Product] = [
  .library(name: "LandlineClient", targets: ["LandlineClient"]),
  .library(name: "LandlineServer", targets: ["LandlineServer"]),
  .library(name: "LandlineTesting", targets: ["LandlineTesting"]),
  .executable(name: "landline", targets: ["landline"]),
  .executable(name: "landline-launch", targets: ["landline-launch"]),
]
let productDependencies: [Package.Dependency] = [
  .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
  .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
  .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
  .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
  .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
  .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
  .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
  .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
  .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
]
let product: [Target] = [
  // The Linux system calls that Swift cannot import or glibc does not wrap.
  .target(name: "CLinux"),

  .target(name: "GroupSync", dependencies: ["CLinux"], swiftSettings: strict),
  .target(name: "LandlineProtocol", dependencies: [crypto], swiftSettings: strict),
  .target(
    name: "LandlineServices",
    dependencies: ["CLinux", "LandlineProtocol", "Linearization", crypto],
    swiftSettings: strict),
  .target(
    name: "LandlineStorage",
    dependencies: [
      "CLinux", "GroupSync", "LandlineProtocol", "LandlineServices",
      .product(name: "GRDB", package: "GRDB.swift"),
    ],
    swiftSettings: strict),
  // Programs that people run on the server: the C that Swift cannot do, the launcher, and what the server has of them.
  .target(name: "CLaunch"),
  .executableTarget(
    name: "landline-launch", dependencies: ["CLaunch"],
    // Of Swift there is nothing in it, and it is to start at once: no shared library is loaded.
    linkerSettings: [.unsafeFlags(["-static-executable", "-nostartfiles"])]),
  .target(
    name: "LandlineProcesses", dependencies: ["CLaunch", "CSockets", "LandlineProtocol", "LandlineServices"],
    swiftSettings: strict),
  .target(
    name: "LandlineTransport",
    dependencies: ["Framing", nioCore, nioPosix],
    swiftSettings: strict),
  .target(
    name: "LandlineServer",
    dependencies: [
      "Addresses", "Framing", "LandlineProcesses", "LandlineProtocol", "LandlineServices", "LandlineStorage",
      "LandlineTransport", "SocketServer", "Sockets", nioCore, nioPosix, nioSSL, crypto, logging,
      nioTLS,
      .product(name: "X509", package: "swift-certificates"),
      .product(name: "SwiftASN1", package: "swift-asn1"),
      .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
    ],
    swiftSettings: strict),
  .target(
    name: "LandlineClient",
    dependencies: [
      "Addresses", "CLinux", "Framing", "GroupSync", "LandlineProtocol", "LandlineTransport", "Sockets", nioCore,
      nioPosix, nioSSL, nioTLS, crypto,
    ],
    swiftSettings: strict),
  .target(
    name: "LandlineTesting",
    dependencies: [
      "LandlineClient", "LandlineProtocol", "LandlineServer", logging,
      .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
    ],
    swiftSettings: strict),
  .executableTarget(
    name: "landline",
    dependencies: [
      "CLinux", "LandlineClient", "LandlineProtocol", "LandlineServer", "Sockets", logging, nioCore,
      .product(name: "ArgumentParser", package: "swift-argument-parser"),
      .product(name: "Configuration", package: "swift-configuration"),
      .product(name: "SystemPackage", package: "swift-system"),
      .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      .product(name: "UnixSignals", package: "swift-service-lifecycle"),
    ],
    swiftSettings: strict),

  .testTarget(name: "GroupSyncTests", dependencies: ["GroupSync"], swiftSettings: strict),
  .testTarget(
    name: "LandlineProtocolTests", dependencies: ["LandlineProtocol"], swiftSettings: strict),
  .testTarget(
    name: "LandlineServicesTests",
    dependencies: ["LandlineServices", "LandlineProtocol"], swiftSettings: strict),
  .testTarget(name: "LandlineProcessesTests", dependencies: ["LandlineProcesses"], swiftSettings: strict),
  .testTarget(
    name: "LandlineClientTests", dependencies: ["LandlineClient", "LandlineProtocol", nioCore], swiftSettings: strict),
  .testTarget(
    name: "LandlineServerTests",
    dependencies: ["Addresses", "LandlineProtocol", "LandlineServer", "LandlineServices", nioCore],
    swiftSettings: strict),
  .testTarget(
    name: "LandlineTransportTests",
    dependencies: ["Framing", "LandlineTransport", nioCore, nioEmbedded, nioPosix],
    swiftSettings: strict),
  .testTarget(
    name: "LandlineTestingTests",
    dependencies: ["LandlineClient", "LandlineProtocol", "LandlineServer", "LandlineTesting"],
    swiftSettings: strict),
  .testTarget(
    name: "LandlineStorageTests",
    dependencies: [
      "CLinux", "LandlineStorage", "LandlineServices", "LandlineProtocol",
      .product(name: "GRDB", package: "GRDB.swift"),
    ],
    swiftSettings: strict),
]

// With LANDLINE_TOOLKIT=alone nothing of the product is resolved or built: for the sanitizers, and to see that floor 1
// needs nothing of it.
let isToolkitAlone = Context.environment["LANDLINE_TOOLKIT"] == "alone"

let package = Package(
  name: "landline",
  products: toolkitProducts + (isToolkitAlone ? [] : productProducts),
  dependencies: [.package(url: "https://github.com/apple/swift-system", from: "1.8.1")]
    + (isToolkitAlone ? [] : productDependencies),
  targets: toolkit + (isToolkitAlone ? [] : product),
  swiftLanguageModes: [.v6]
)
