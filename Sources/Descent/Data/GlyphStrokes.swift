#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A straight stroke, from (x0, y0) to (x1, y1).
struct Stroke {
  var x0: Float, y0: Float, x1: Float, y1: Float
}

/// The classes' strokes in the square from -1 to 1, y downwards.
enum GlyphShapes {
  static let classes: [[Stroke]] = [
    arc(0, 0, 0.75, 0.9, from: 0, to: 360),  // ring
    line([(0, -0.9), (0, 0.9)]) + line([(-0.35, 0.9), (0.35, 0.9)]),  // bar
    arc(0, -0.4, 0.6, 0.5, from: -180, to: 60)  // swan
      + line([(0.3, 0.05), (-0.6, 0.9), (0.65, 0.9)]),
    arc(-0.05, -0.45, 0.55, 0.45, from: -150, to: 90)  // wave
      + arc(-0.05, 0.45, 0.6, 0.45, from: -90, to: 150),
    line([(0.35, 0.9), (0.35, -0.9), (-0.65, 0.3), (0.7, 0.3)]),  // gate
    line([(0.55, -0.9), (-0.5, -0.9), (-0.5, -0.1)])  // sickle
      + arc(-0.1, 0.35, 0.65, 0.5, from: -110, to: 130),
    line([(0.3, -0.9), (-0.4, 0.1)]) + arc(0, 0.4, 0.55, 0.5, from: 0, to: 360),  // whirl
    line([(-0.65, -0.9), (0.65, -0.9), (-0.15, 0.9)]),  // angle
    arc(0, -0.45, 0.45, 0.42, from: 0, to: 360) + arc(0, 0.45, 0.55, 0.45, from: 0, to: 360),  // knot
    arc(0, -0.35, 0.55, 0.5, from: 0, to: 360) + line([(0.55, -0.35), (0.35, 0.9)]),  // balloon
  ]

  private static func line(_ points: [(Float, Float)]) -> [Stroke] {
    zip(points, points.dropFirst()).map { Stroke(x0: $0.0, y0: $0.1, x1: $1.0, y1: $1.1) }
  }

  /// Part of an ellipse in straight pieces; degrees clockwise from the right.
  private static func arc(
    _ x: Float, _ y: Float, _ width: Float, _ height: Float, from start: Float, to end: Float
  ) -> [Stroke] {
    let pieces = max(4, Int(abs(end - start) / 30))
    return line(
      (0...pieces).map { i in
        let angle = (start + (end - start) * Float(i) / Float(pieces)) * .pi / 180
        return (x + width * cosf(angle), y + height * sinf(angle))
      })
  }
}

/// Draws one image.
struct Pen {
  var random: SplitMix64

  /// Fills the pixels; the class drawn.
  mutating func draw(into pixels: UnsafeMutableBufferPointer<UInt8>) -> Int {
    let side = Glyphs.side
    let label = Int(random.next() % UInt64(GlyphShapes.classes.count))
    let angle = random.uniform(-0.4, 0.4)
    let shear = random.uniform(-0.25, 0.25)
    let (sx, sy) = (random.uniform(5.6, 8.8), random.uniform(6.6, 9.8))
    let (cx, cy) = (13.5 + random.uniform(-2.6, 2.6), 13.5 + random.uniform(-2.6, 2.6))
    let thickness = random.uniform(1.2, 2.4)
    let ink = random.uniform(0.85, 1)
    let (c, s) = (cosf(angle), sinf(angle))
    return withUnsafeTemporaryAllocation(of: Float.self, capacity: side * side) { canvas in
      canvas.update(repeating: 0)
      func place(_ x: Float, _ y: Float) -> (Float, Float) {
        let (u, v) = ((x + shear * y) * sx, y * sy)
        return (cx + c * u - s * v, cy + s * u + c * v)
      }
      for stroke in GlyphShapes.classes[label] {
        let (x0, y0) = place(stroke.x0, stroke.y0)
        let (x1, y1) = place(stroke.x1, stroke.y1)
        Self.draw(Stroke(x0: x0, y0: y0, x1: x1, y1: y1), thickness, ink, canvas)
      }
      // A stray stroke somewhere.
      let (x, y, turn) = (random.uniform(0, 27), random.uniform(0, 27), random.uniform(0, 2 * .pi))
      let length = random.uniform(2, 7)
      let stray = Stroke(x0: x, y0: y, x1: x + length * cosf(turn), y1: y + length * sinf(turn))
      Self.draw(stray, random.uniform(0.5, 1.2), random.uniform(0.3, 0.9), canvas)
      for i in 0..<side * side {
        let bits = random.next()
        // The sum of four uniform numbers is close enough to normal.
        let sum = (bits & 0xffff) + (bits >> 16 & 0xffff) + (bits >> 32 & 0xffff) + bits >> 48
        let noise = (Float(sum) * 0x1p-16 - 2) * 0.16
        pixels[i] = UInt8(max(0, min(1, canvas[i] + noise)) * 255)
      }
      return label
    }
  }

  /// Adds a stroke with soft edges: each pixel takes the largest ink of any stroke.
  private static func draw(
    _ stroke: Stroke, _ thickness: Float, _ ink: Float, _ canvas: UnsafeMutableBufferPointer<Float>
  ) {
    let side = Glyphs.side
    let reach = thickness + 1
    func clamp(_ x: Float) -> Int { max(0, min(side - 1, Int(x))) }
    let (dx, dy) = (stroke.x1 - stroke.x0, stroke.y1 - stroke.y0)
    let inverse = 1 / max(dx * dx + dy * dy, 1e-6)
    let columns = clamp(min(stroke.x0, stroke.x1) - reach)...clamp(max(stroke.x0, stroke.x1) + reach + 1)
    for y in clamp(min(stroke.y0, stroke.y1) - reach)...clamp(max(stroke.y0, stroke.y1) + reach + 1) {
      for x in columns {
        let (px, py) = (Float(x) - stroke.x0, Float(y) - stroke.y0)
        let along = max(0, min(1, (px * dx + py * dy) * inverse))
        let (ex, ey) = (px - along * dx, py - along * dy)
        let distance = (ex * ex + ey * ey).squareRoot()
        let value = ink * max(0, min(1, thickness - distance + 0.5))
        if value > canvas[y * side + x] { canvas[y * side + x] = value }
      }
    }
  }
}
