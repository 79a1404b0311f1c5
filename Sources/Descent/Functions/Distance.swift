/// How far two points of as many coordinates lie apart.
func distance(_ a: [Double], _ b: [Double]) -> Double {
  var sum = 0.0
  for (x, y) in zip(a, b) { sum += (x - y) * (x - y) }
  return sum.squareRoot()
}
