#!/usr/bin/env bash
# From nothing to a classified picture: installs what is missing, builds, converts a small MXNet model to IR with mo and
# classifies three pictures with it. Safe to repeat; the second time it only converts and classifies.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

scripts/install_packages.sh build
if [ ! -f build/release/build.ninja ]; then
  cmake --preset release -DMOIR_ENABLE_TESTS=OFF
fi
cmake --build build/release --target mo infer classification_sample

run() {
  echo
  echo "\$ $*"
  "$@"
}
run build/release/bin/mo --input_model examples/digits/digits-0010.params --input_shape '[1,1,32,32]' --output_dir out
run build/release/bin/classification_sample -m out/digits-0010.xml --labels examples/digits/digits.labels -nt 3 \
  -i examples/digits/digit_3.png examples/digits/digit_5.png examples/digits/digit_8.png
