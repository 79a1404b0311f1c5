import Descent
import Testing

/// Closures that see a module's calls.
@Suite struct ForwardHookTests {
  @Test func seesAndReplaces() {
    let model = Sequential {
      Linear(3, 4, generator: Generator(seed: 1))
      ReLU()
    }
    let x = Tensor([[1, -2, 3]])
    let plain = model(x)
    var seen: [(input: Shape, output: [Double])] = []
    let looks = model.layers[0].addForwardHook { _, input, output in
      seen.append((input.shape, output.doubles))
      return nil
    }
    // It sees what stands before the ReLU, which is one kernel with the layer where nobody looks.
    #expect(model(x).doubles == plain.doubles && seen.count == 1 && seen[0].input == [1, 3])
    #expect(seen[0].output.map { max($0, 0) } == plain.doubles)
    let doubles = model.layers[1].addForwardHook { _, _, output in output * 2 }
    let adds = model.layers[1].addForwardHook { _, _, output in output + 1 }
    let expected = plain.doubles.map { 2 * $0 + 1 }
    #expect(model(x).doubles == expected)
    #expect(model.outputs(of: ["1"], for: x).parts["1"]?.doubles == expected)
    doubles.remove()
    doubles.remove()
    adds.remove()
    looks.remove()
    #expect(model(x).doubles == plain.doubles && seen.count == 3)
  }

  /// Gradients go through what a hook has put in an output's place; calls of several inputs have hooks too.
  @Test func gradientsAndStates() {
    let lstm = LSTM(2, 3, generator: Generator(seed: 1))
    let x = Tensor([[[1, 2]], [[-1, 0]]])
    lstm.addForwardHook { module, input, output in
      #expect(module === lstm && input.shape == [2, 1, 2])
      return output * 0
    }
    #expect(lstm(x, state: nil).output.doubles.allSatisfy { $0 == 0 })
    lstm(x).sum().backward()
    #expect(lstm.parameters.allSatisfy { $0.grad!.doubles.allSatisfy { $0 == 0 } })
  }
}
