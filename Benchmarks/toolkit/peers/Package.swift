// swift-tools-version:6.1
// What the toolkit's echo servers are measured beside. A package of its own: the project does not depend on it.
import PackageDescription

let package = Package(
  name: "peers",
  dependencies: [
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/swhitty/FlyingFox", from: "0.26.0"),
  ],
  targets: [
    .executableTarget(
      name: "peerechod",
      dependencies: [
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "FlyingSocks", package: "FlyingFox"),
      ])
  ]
)
