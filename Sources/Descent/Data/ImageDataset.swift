import CDescent

/// 8-bit grey images with a class each. They stay bytes in memory; batches are float32 in 0...1.
public struct ImageDataset: Dataset, Sendable {
  /// Images one after another, row by row.
  public let pixels: [UInt8]
  /// A class for each image.
  public let labels: [UInt8]
  /// An image's height and width in pixels.
  public let height: Int, width: Int
  /// How many classes there are.
  public let classes: Int
  /// A name for each class.
  public let classNames: [String]

  /// Images and their labels.
  ///
  /// - Throws: `DescentError` of code `format` if the sizes do not agree or a label is no class; `source` says
  ///   where they come from.
  public init(
    pixels: [UInt8], labels: [UInt8], height: Int, width: Int, classNames: [String], source: String
  ) throws(DescentError) {
    let (size, overflows) = height.multipliedReportingOverflow(by: width)
    let images = height > 0 && width > 0 && !overflows ? pixels.count / size : 0
    try Self.check(images: images, height: height, width: width, labels: labels.count, source)
    guard overflows || pixels.count == images * size else {
      throw DescentError(
        .format, "\(source): \(pixels.count) pixels are no whole images of \(height) x \(width)")
    }
    if let bad = labels.firstIndex(where: { $0 >= classNames.count }) {
      throw DescentError(
        .format,
        "\(source): label \(labels[bad]) of image \(bad) is outside the classes 0...\(classNames.count - 1)")
    }
    self.pixels = pixels
    self.labels = labels
    self.height = height
    self.width = width
    self.classNames = classNames
    classes = classNames.count
  }

  static func check(
    images: Int, height: Int, width: Int, labels: Int, _ source: String
  ) throws(DescentError) {
    guard height > 0 && width > 0 else {
      throw DescentError(.format, "\(source): images of \(height) x \(width), must have pixels")
    }
    guard images == labels else {
      throw DescentError(
        .format, "\(source): \(images) images of \(height) x \(width), but \(labels) labels")
    }
  }

  /// The number of samples.
  public var count: Int { labels.count }

  /// Inputs [batch, 1, height, width], targets [batch].
  public func batch(_ indices: ArraySlice<Int>) -> Batch {
    let inputs = Tensor(uninitialized: [indices.count, 1, height, width], dtype: .float32)
    let targets = Tensor(uninitialized: [indices.count], dtype: .int64)
    require(
      indices.withInt64 {
        dsc_gather_bytes(
          nil, count, height * width, pixels, indices.count, $0,
          inputs.mutableData.assumingMemoryBound(to: Float.self))
      })
    targets.withUnsafeMutableBytes { bytes in
      let classes = bytes.assumingMemoryBound(to: Int64.self)
      for (place, index) in indices.enumerated() { classes[place] = Int64(labels[index]) }
    }
    return Batch(inputs: inputs, targets: targets)
  }
}
