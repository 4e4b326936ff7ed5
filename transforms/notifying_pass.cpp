#include "transforms/notifying_pass.h"

namespace moir::transforms {
namespace {

class NotifyingPass final : public graph::Pass {
 public:
  NotifyingPass(std::unique_ptr<graph::Pass> pass, PassListener listener)
      : pass_(std::move(pass)), listener_(std::move(listener)) {}
  std::string_view Name() const override { return pass_->Name(); }
  void Run(graph::Graph& graph, graph::PassReport& report) const override {
    listener_(pass_->Name());
    pass_->Run(graph, report);
  }

 private:
  std::unique_ptr<graph::Pass> pass_;
  PassListener listener_;
};

}  // namespace

std::unique_ptr<graph::Pass> MakeNotifyingPass(std::unique_ptr<graph::Pass> pass, PassListener listener) {
  if (!listener) return pass;
  return std::make_unique<NotifyingPass>(std::move(pass), std::move(listener));
}

}  // namespace moir::transforms
