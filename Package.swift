// swift-tools-version: 6.2

import PackageDescription

// MARK: Settings

/// Warnings are errors: in C and in Swift, in this package's own targets only.
let swiftSettings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
]

let cSettings: [CSetting] = [
  .headerSearchPath("csrc"),
  .enableWarning("all"),
  .enableWarning("extra"),
  .treatAllWarnings(as: .error),
]

// MARK: Targets

/// System libraries, each behind one module map.
let systemLibraries: [Target] = [
  .systemLibrary(
    name: "COpenBLAS",
    providers: [.apt(["libopenblas-dev", "liblapacke-dev"]), .brew(["openblas"])]),
  .systemLibrary(
    name: "CJSON",
    providers: [.apt(["libcjson-dev"]), .brew(["cjson"])]),
  .systemLibrary(
    name: "CZlib",
    providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
]

let libraries: [Target] = [
  .target(
    name: "CDescent",
    dependencies: ["COpenBLAS", "CJSON", "CZlib"],
    path: ".",
    sources: ["csrc"],
    publicHeadersPath: "include",
    cSettings: cSettings,
    linkerSettings: ["lapacke", "openblas", "cjson", "z"].map { .linkedLibrary($0) }),
  .target(
    name: "Descent",
    dependencies: [
      "CDescent", "CZlib",
      .product(name: "Logging", package: "swift-log"),
      .product(name: "Numerics", package: "swift-numerics"),
    ],
    swiftSettings: swiftSettings),
  .target(
    name: "DescentCharts",
    dependencies: ["Descent"],
    swiftSettings: swiftSettings),
]

let programs: [Target] = [
  .executableTarget(
    name: "descent-cli",
    dependencies: [
      "Descent", "DescentCharts",
      .product(name: "ArgumentParser", package: "swift-argument-parser"),
      .product(name: "Yams", package: "Yams"),
    ],
    swiftSettings: swiftSettings)
]

let tests: [Target] = [
  .testTarget(name: "CDescentTests", dependencies: ["CDescent"], swiftSettings: swiftSettings),
  .testTarget(
    name: "DescentTests",
    dependencies: [
      "CDescent", "Descent", .product(name: "Logging", package: "swift-log"),
      .product(name: "Numerics", package: "swift-numerics"),
    ],
    swiftSettings: swiftSettings),
  // It starts the command, which is built beside it.
  .testTarget(
    name: "CommandTests", dependencies: ["Descent", "DescentCharts"], swiftSettings: swiftSettings),
]

// MARK: Package

let package = Package(
  name: "Descent",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "Descent", targets: ["Descent"]),
    .library(name: "CDescent", targets: ["CDescent"]),
    .library(name: "DescentCharts", targets: ["DescentCharts"]),
    .executable(name: "descent", targets: ["descent-cli"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-numerics", from: "1.1.1"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.0.0"),
  ],
  targets: systemLibraries + libraries + programs + tests,
  cLanguageStandard: .gnu17
)
