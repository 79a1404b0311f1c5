// The noise of airfoils from five measurements: scaler, split, schedule, early stopping, the best checkpoint, metrics, a chart, and
// a prediction for new rows. The data set is downloaded at first.
import Descent
import DescentCharts

manualSeed(0)
let (inputs, levels) = try Airfoil.load()
let data = TensorDataset(inputs: inputs.to(.float32), targets: levels.to(.float32).reshaped([1503, 1]))
let (training, validation) = try data.split(0.8)
let (scaler, decibels) = (
  try StandardScaler(fitting: training), try StandardScaler(fitting: training, of: \.targets)
)
let model = Sequential {
  scaler  // its statistics are part of the model: saved with it, applied in prediction
  Linear(5, 64)
  ReLU()
  Linear(64, 64)
  ReLU()
  Linear(64, 1)
  decibels.inverse
}
let trainer = Trainer(
  model: model, loss: MSELoss(), optimizer: try Optimizer(for: model, Adam(learningRate: 0.01)))
let history = try trainer.fit(
  DataLoader(training, batchSize: 32, shuffle: true, seed: 0),
  validation: DataLoader(validation, batchSize: 301),
  epochs: 200, metrics: [RSquared(), MeanAbsoluteError()],
  callbacks: [
    ScheduleCallback(.warmup(steps: 100).then(.cosine())), EarlyStopping(patience: 30),
    CheckpointCallback(folder: ".", every: [.seconds(10)], best: Monitor("validation_r2")), ProgressBar(),
  ])
let lines = ["train_loss", "validation_loss"].map { name in
  LineChart.Line(name: name, points: history.epochs.map { (Double($0.epoch), $0[name] ?? .nan) })
}
try LineChart(title: "Airfoil noise", xLabel: "epoch", yLabel: "dB²", isLogarithmic: true, lines: lines)
  .write(.png, to: "airfoil.png")
print(history.csv.split(separator: "\n").last ?? "")
print(noGrad { model(Tensor([[800, 0, 0.3048, 71.3, 0.00266]])) })  // 126.201 dB were measured
