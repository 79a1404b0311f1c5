// swift-tools-version: 6.2

import PackageDescription

let package = Package(
  name: "Examples",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "Descent", path: "../..")],
  targets: [
    .executableTarget(name: "AdamThenSGD", dependencies: [.product(name: "Descent", package: "Descent")]),
    .executableTarget(
      name: "Airfoil",
      dependencies: [
        .product(name: "Descent", package: "Descent"),
        .product(name: "DescentCharts", package: "Descent"),
      ]),
    .executableTarget(name: "Characters", dependencies: [.product(name: "Descent", package: "Descent")]),
    .executableTarget(name: "FirstModel", dependencies: [.product(name: "Descent", package: "Descent")]),
    .executableTarget(
      name: "FirstTrainingScript",
      dependencies: [
        .product(name: "Descent", package: "Descent"),
        .product(name: "DescentCharts", package: "Descent"),
      ]),
    .executableTarget(name: "SmallResNet", dependencies: [.product(name: "Descent", package: "Descent")]),
  ]
)
