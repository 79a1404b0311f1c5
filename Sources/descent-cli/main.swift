import Descent
func time(_ name: String, _ n: Int, _ f: (Int) throws -> Void) rethrows {
  for i in 0..<20 { try f(i) }
  var best = 1e9
  let c = ContinuousClock()
  for _ in 0..<7 {
    let d = try c.measure { for i in 0..<n { try f(i) } }
    best = min(best, Double(d.components.attoseconds) * 1e-18 + Double(d.components.seconds))
  }
  print(name, best / Double(n) * 1e6, "us")
}
print(Runtime.cpuFeatures, Runtime.blas, Runtime.threads)
manualSeed(0)
for b in [1, 16, 64, 256] {
  for adam in [false, true] {
    let m = Sequential { Flatten(); Linear(784, 512); ReLU(); Linear(512, 512); ReLU(); Linear(512, 10) }
    let o = try Optimizer(for: m, adam ? Adam() as any OptimizerRule : SGD(learningRate: 1e-3, momentum: 0.5))
    let x = Tensor.rand([b * 10, 1, 28, 28]); let y = Tensor(classes: (0..<b * 10).map { $0 % 10 })
    let loss = CrossEntropyLoss()
    try time("mlp/\(adam ? "adam" : "sgd")/b\(b)", b > 64 ? 50 : 300) { i in
      let j = i % 10 * b
      loss(m(x[rows: j..<j + b]), y[rows: j..<j + b]).backward()
      try o.step(); o.zeroGrad()
    }
  }
}
for b in [1, 10] {
    let m = Linear(5, 1)
    let o = try Optimizer(for: m, SGD(learningRate: 5e-3))
    let x = Tensor.randn([1500, 5]); let y = Tensor.randn([1500, 1])
    let loss = MSELoss()
    let before = Memory.allocationCount
    try time("linreg/sgd/b\(b)", 100000) { i in
      let j = i % (1500 / b) * b
      loss(m(x[rows: j..<j + b]), y[rows: j..<j + b]).backward()
      try o.step(); o.zeroGrad()
    }
    print(Memory.allocationCount - before)
}
