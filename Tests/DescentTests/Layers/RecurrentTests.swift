import Descent
import Testing

/// What recurrent layers' faces add to the table: states as values, lengths, a place in a `Sequential`.
@Suite struct RecurrentTests {
  private let x = Tensor((0..<24).map { Float($0 % 5) / 4 - 0.5 }, shape: [4, 2, 3])

  private func expectClose(_ a: Tensor, _ b: Tensor, _ title: Comment) {
    let (left, right) = (a.scalars(as: Float.self), b.scalars(as: Float.self))
    #expect(a.shape == b.shape, title)
    let largest = zip(left, right).map { abs($0 - $1) }.max() ?? 0
    #expect(largest < 1e-6, title)
  }

  @Test func statesGoOn() {
    let lstm = LSTM(3, 5, layers: 2, generator: Generator(seed: 2))
    let (all, (h, c)) = lstm(x, state: nil)
    #expect(all.shape == [4, 2, 5])
    #expect(h.shape == [2, 2, 5])
    #expect(c.shape == [2, 2, 5])
    let (first, state) = lstm(x[rows: 0..<3], state: nil)
    let (last, (h2, c2)) = lstm(x[rows: 3..<4], state: state)
    expectClose(Tensor.cat([first, last]), all, "y")
    expectClose(h2, h, "h")
    expectClose(c2, c, "c")
  }

  @Test func cellsAreSteps() throws {
    let gru = GRU(3, 5, generator: Generator(seed: 2))
    let gruCell = GRUCell(3, 5, generator: Generator(seed: 2))
    let lstm = LSTM(3, 5, generator: Generator(seed: 3))
    let lstmCell = LSTMCell(3, 5, generator: Generator(seed: 3))
    var state: Tensor?
    var both: (h: Tensor, c: Tensor)?
    for step in 0..<4 {
      state = gruCell(x[step], state: state)
      both = lstmCell(x[step], state: both)
    }
    expectClose(try #require(state), gru(x, state: nil).state[0], "gru")
    expectClose(try #require(both?.c), lstm(x, state: nil).state.c[0], "lstm")
  }

  @Test func endsAreNotRead() {
    let rnn = RNN(3, 4, nonlinearity: .relu, bidirectional: true, generator: Generator(seed: 2))
    let garbage = x.clone()
    garbage[2..<4, 1].fill(.nan)
    let (y, state) = rnn(garbage, state: nil, lengths: Tensor([4, 2] as [Int64], shape: [2]))
    let (short, shortState) = rnn(x[0..<2, 1], state: nil)
    expectClose(y[2..<4, 1], .zeros([2, 8]), "behind the end")
    expectClose(y[0..<2, 1], short, "before it")
    expectClose(state[.all, 1], shortState, "the states")
  }

  @Test func fitsIntoSequential() {
    let model = Sequential([LSTM(3, 6, batchFirst: true), Linear(6, 2)])
    let y = model(x)
    #expect(y.shape == [4, 2, 2])
    y.sum().backward()
    let names = model.namedParameters.filter { $0.parameter.grad != nil }.map(\.name)
    let expected = [
      "0.weight_ih_l0", "0.weight_hh_l0", "0.bias_ih_l0", "0.bias_hh_l0", "1.weight", "1.bias",
    ]
    #expect(names == expected)
  }

  @Test func dropoutCanBeChanged() {
    let gru = GRU(3, 4, layers: 2, dropout: 1, generator: Generator(seed: 2))
    let zeroed = gru(x).scalars(as: Float.self)
    gru.dropout = 0
    let whole = gru(x).scalars(as: Float.self)
    gru.dropout = 1
    gru.eval()
    let evaluated = gru(x).scalars(as: Float.self)
    #expect(zeroed != whole)
    #expect(evaluated == whole)
  }

  @Test func misfitsStop() async {
    await #expect(processExitsWith: .failure) { _ = LSTM(3, 4, projection: 4) }
    await #expect(processExitsWith: .failure) { _ = GRU(3, 4)(.zeros([0, 2, 3])) }
    await #expect(processExitsWith: .failure) { _ = RNN(3, 4)(.zeros([2, 2, 3]), state: .zeros([1, 3, 4])) }
    await #expect(processExitsWith: .failure) {
      _ = RNN(3, 4)(.zeros([2, 1, 3]), state: nil, lengths: Tensor([3] as [Int64], shape: [1]))
    }
  }

  /// Rows or units are shared out, by the batch and the threads, to the same bits.
  @Test(arguments: ["lstm", "gru", "rnn"], [1, 3, 20, 40, 53])
  func threads(_ cell: String, _ batch: Int) throws {
    let runs: [[[Double]]] = try [1, 2, 3, 5].map { threads in
      try withContext(Context(threads: threads)) {
        let layer = try Network("\(cell)(24, 160)", generator: Generator(seed: 3))
        let x = Tensor.randn([4, batch, 24], generator: Generator(seed: 4))
        x.requiresGrad = true
        let y = layer(x)
        y.backward(.randn(y.shape, generator: Generator(seed: 5)))
        return [y.doubles] + ([x] + layer.parameters).map { $0.grad?.doubles ?? [] }
      }
    }
    #expect(runs.allSatisfy { $0 == runs[0] && $0.allSatisfy { !$0.isEmpty } })
  }
}
