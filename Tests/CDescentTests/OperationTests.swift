import CDescent
import Testing

/// Every operation of the table against PyTorch, in every layout of its inputs.
@Suite struct OperationTests {
  /// What nobody calls: it is checked by the second derivatives of losses, and by an LSTM's cells.
  static let inner: Set = ["loss_slope", "second_result"]
  /// Whose gradient is by definition not its derivative: compared with PyTorch only.
  static let undifferenced: Set = ["ctc_loss"]

  @Test func everyRowHasSamples() throws {
    for index in 0..<dsc_operation_count() {
      var row = dsc_operation_row()
      #expect(dsc_operation_describe(index, &row) == DSC_OK)
      let name = String(cString: row.name)
      #expect(!String(cString: row.computes).isEmpty)
      if Self.inner.contains(name) { continue }
      let cases = OperationCase.all[name] ?? []
      #expect(!cases.isEmpty, "operations.py has no case of \(name)")
      // Real results have derivatives exactly where the table says so; PyTorch gives zeros elsewhere.
      let differentiated = cases.filter { $0.gradients != nil }
      if let run = try differentiated.first?.run(.contiguous) {
        #expect(run.outputs[0].requiresGrad == row.is_differentiable, "\(name)")
      }
      if row.is_differentiable {
        let isChecked = differentiated.contains {
          $0.rough == nil && $0.dtype == "float64" && $0.large != true
        }
        #expect(isChecked || Self.undifferenced.contains(name), "\(name) is not gradchecked")
        #expect(differentiated.contains { $0.dtype == "float32" }, "\(name) in float32")
        let repeats = differentiated.contains { $0.inputs.contains { $0.base != nil } }
        #expect(repeats || Self.undifferenced.contains(name), "\(name) of a repeated input")
      }
    }
    var row = dsc_operation_row()
    #expect(dsc_operation_describe(dsc_operation_count(), &row) == DSC_ERROR_ARGUMENT)
  }

  /// Units in the last place that float32 may differ by; sums over many numbers by more.
  static let valueBudget = 4.0
  static let gradientBudget = 12.0
  static let largeBudget = 12.0

  @Test(arguments: OperationCase.names) func values(_ name: String) throws {
    for test in OperationCase.all[name]! where test.large != true {
      for layout in OperationCase.Layout.allCases {
        let run = try test.run(layout, requiresGrad: false)
        #expect(!run.outputs.contains { $0.requiresGrad })
        check(test, run.outputs, "\(layout) \(test.title)")
        checkChanged(test, run, "\(layout) \(test.title)")
      }
    }
  }

  @Test(arguments: OperationCase.names) func gradients(_ name: String) throws {
    for test in OperationCase.all[name]! where test.large != true && test.gradients != nil {
      for layout in OperationCase.Layout.allCases {
        let run = try test.run(layout)
        check(test, run.outputs, "\(layout) \(test.title)")
        let real = run.views.filter(\.requiresGrad)
        var sums = real.map { [Double](repeating: 0, count: $0.count) }
        for (index, output) in run.outputs.enumerated() where output.requiresGrad {
          let upstream = test.upstream(index, output)
          for (i, part) in try output.gradients(real, upstream: upstream).enumerated() {
            #expect(part.shape == real[i].shape && part.dtype == real[i].dtype, "\(test.title)")
            sums[i] = zip(sums[i], part.numbers).map(+)
          }
          // The same through to the leaves, twice: what is there is added to.
          for _ in 0..<2 { #expect(output.backward(upstream) == DSC_OK, "\(TensorHandle.lastError)") }
        }
        check(test, sums, "\(layout) \(test.title)")
        if layout == .contiguous {
          for (sum, leaf) in zip(sums, run.leaves.filter(\.requiresGrad)) {
            let expected = sum.map { 2 * $0 }
            let found = leaf.grad?.numbers ?? [Double](repeating: 0, count: expected.count)
            #expect(largestULP(found, expected, leaf.dtype, scale: size(expected)) <= 4, "\(test.title)")
          }
        }
      }
    }
  }

  /// Tiles of the large cases do not depend on the number of threads, nor do their results.
  @Test(arguments: OperationCase.names) func threads(_ name: String) throws {
    for test in OperationCase.all[name]! {
      var all: [[[UInt8]]] = []
      for count in [1, 2, 4] as [Int32] {
        let context = TestContext(threads: count)
        let run = try test.run(.transposed, context: context.handle, inexact: true)
        for (index, output) in run.outputs.enumerated() where output.requiresGrad {
          let upstream = test.upstream(index, output, context: context.handle, scaling: 1.01)
          #expect(output.backward(upstream) == DSC_OK, "\(TensorHandle.lastError)")
        }
        let slopes = run.leaves.compactMap(\.grad)
        all.append((run.outputs + slopes).map(\.bytes))
        if test.large == true, count == 4 {
          let dense = try test.run(.contiguous, context: context.handle)
          check(test, dense.outputs, test.title)
          for (index, output) in dense.outputs.enumerated() where output.requiresGrad {
            #expect(output.backward(test.upstream(index, output)) == DSC_OK)
          }
          if dense.outputs[0].requiresGrad {
            check(test, dense.leaves.filter(\.requiresGrad).map { $0.grad?.numbers ?? [] }, test.title)
          }
        }
      }
      #expect(all[0] == all[1] && all[0] == all[2], "\(test.title)")
    }
  }

  // MARK: Comparing

  private func size(_ numbers: [Double]) -> Double { numbers.filter(\.isFinite).map(abs).max() ?? 0 }

  private func check(_ test: OperationCase, _ outputs: [TensorHandle], _ title: String) {
    #expect(outputs.count == test.outputs.count, "\(title)")
    for (found, right) in zip(outputs, test.outputs) {
      #expect(found.dtype == test.type(right.dtype) && found.shape == right.shape, "\(title): \(found.shape)")
      let values = right.values.map(\.value)
      let scale = test.scaled == true ? size(values) : 0
      let error = largestULP(test.sample(found.numbers), values, found.dtype, scale: scale)
      let budget =
        found.dtype == DSC_FLOAT64 ? float64Budget : test.large == true ? Self.largeBudget : Self.valueBudget
      #expect(error <= budget, "\(title): \(error) ULP, \(test.sample(found.numbers)), not \(values)")
    }
  }

  private func checkChanged(_ test: OperationCase, _ run: OperationCase.Run, _ title: String) {
    let views = zip(test.inputs, run.views).filter { $0.0.changes == true }.map { $0.1 }
    #expect(views.count == test.changed?.count ?? 0, "\(title)")
    for (view, right) in zip(views, test.changed ?? []) {
      let values = right.map(\.value)
      let error = largestULP(test.sample(view.numbers), values, view.dtype, scale: size(values))
      let budget = view.dtype == DSC_FLOAT64 ? float64Budget : Self.valueBudget
      #expect(error <= budget, "\(title): \(error) ULP, \(view.numbers), not \(values)")
    }
  }

  private func check(_ test: OperationCase, _ gradients: [[Double]], _ title: String) {
    for (found, right) in zip(gradients, test.gradients!) {
      let values = right.map(\.value)
      let scale = test.scaled == true || test.differenced == true ? size(values) : 0
      let error = largestULP(test.sample(found), values, test.type(nil), scale: scale)
      let budget = test.dtype == "float64" ? float64Budget : Self.gradientBudget
      #expect(error <= budget, "\(title): gradients \(error) ULP, \(test.sample(found)), not \(values)")
    }
  }
}
