import Foundation

/// What gnuplot cannot say of an animation.
enum GIFAnimation {
  /// Lets the last frame stand for so long, in hundredths of a second.
  ///
  /// That is the delay in its graphic control extension (GIF89a, section 23): 21 F9 04, flags, delay, colour, 00; the image
  /// follows, which begins with 2C.
  static func holdingLastFrame(_ file: Data, hundredths: Int) -> Data {
    var bytes = [UInt8](file)
    let length = 9
    guard bytes.count > length else { return file }
    let start = (0...bytes.count - length).last { at in
      bytes[at..<at + 3] == [0x21, 0xf9, 0x04] && bytes[at + 7] == 0 && bytes[at + 8] == 0x2c
    }
    guard let start else { return file }
    let delay = UInt16(clamping: hundredths)
    bytes[start + 4] = UInt8(delay & 0xff)
    bytes[start + 5] = UInt8(delay >> 8)
    return Data(bytes)
  }
}
