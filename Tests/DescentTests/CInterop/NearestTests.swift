import Descent
import Testing

/// What a misspelt name is taken for.
@Suite struct NearestTests {
  static let known = ["sgd", "adam", "adamw", "adamax", "rmsprop", "fashion-mnist", "mnist", "evaluate"]
  static let cases: [(name: String, nearest: String?)] = [
    ("adam", "adam"), ("Adam", "adam"), ("adamm", "adam"), ("aadm", "adam"), ("adm", "adam"),
    ("adamx", "adam"), ("amadax", "adamax"),
    ("sdg", "sgd"), ("rms-prop", "rmsprop"), ("rmpsprop", "rmsprop"), ("mnst", "mnist"),
    ("fashion_mnist", "fashion-mnist"), ("eval", "evaluate"), ("fash", "fashion-mnist"),
    ("", nil), ("x", nil), ("e", nil), ("momentum", nil), ("cifar", nil), ("sgdsgdsgd", nil),
  ]

  @Test(arguments: cases.indices) func theNearest(_ index: Int) {
    let (name, nearest) = Self.cases[index]
    #expect(Nearest.name(to: name, among: Self.known) == nearest, "\(name)")
  }

  @Test func errorsListWhatThereIs() {
    let near = DescentError.unknown("rule", "adm", among: Self.known).message
    #expect(near.hasPrefix("unknown rule 'adm'; did you mean 'adam'? There are sgd, adam, "), "\(near)")
    let far = DescentError.unknown("rule", "cifar", among: Self.known, described: "many").message
    #expect(far == "unknown rule 'cifar'; there are many")
  }
}
