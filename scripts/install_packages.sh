#!/usr/bin/env bash
# Installs the Debian or Ubuntu packages that are missing, and nothing when none is.
#
# usage: install_packages.sh build   what mo, the engine and its applications need
#        install_packages.sh test    that, and what the tests need
#        install_packages.sh full    that, and what the long tests need: a browser, tools for packages
set -euo pipefail

case "${1:-}" in
  build|test|full) ;;
  *) sed -n 's/^# \{0,1\}//; 2,6p' "$0" >&2; exit 1 ;;
esac

# Tools count as present when the command is, wherever it comes from. A|B: the first that this distribution has.
missing=()
need_tool() { command -v "$1" >/dev/null 2>&1 || missing+=("$2"); }
installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }
need() {
  local name
  for name in ${1//|/ }; do ! installed "$name" || return 0; done
  missing+=("$1")
}

if ! command -v apt-get >/dev/null 2>&1; then
  echo "install_packages: there is no apt-get here, nothing was installed; building needs a C++20 compiler," \
       "CMake 3.22, Ninja, pkg-config and the development files of pugixml, nlohmann-json, Eigen 3," \
       "oneDNN, Boost.Program_options, OpenCV (imgcodecs, imgproc) and libzip, the tests also GoogleTest and valgrind" >&2
  exit 0
fi

need_tool g++ g++
need_tool cmake cmake
need_tool ninja ninja-build
need_tool pkg-config pkg-config
need libpugixml-dev
need nlohmann-json3-dev
need libeigen3-dev
need 'libdnnl-dev|libonednn-dev'
need ocl-icd-opencl-dev  # Debian's CMake package of oneDNN asks for OpenCL, of which we use nothing
need libboost-program-options-dev
need libopencv-imgcodecs-dev
need libopencv-imgproc-dev
need libzip-dev
if [ "$1" != build ]; then
  need_tool ccache ccache
  need_tool make make
  need_tool valgrind valgrind
  need libgtest-dev
  need libgmock-dev
fi
if [ "$1" = full ]; then
  need_tool chromium chromium
  need_tool dpkg-shlibdeps dpkg-dev
  need_tool file file
fi
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null 2>&1; then
    echo "install_packages: these packages are missing: ${missing[*]}; install them as root, or install sudo," \
         "and start again" >&2
    exit 1
  fi
  as_root=(sudo)
fi
apt() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -y -q --no-install-recommends "$@" </dev/null; }

# Chooses between alternatives; fails when a package is in no list.
choose() {
  chosen=()
  local group name found
  for group in "${missing[@]}"; do
    found=
    for name in ${group//|/ }; do
      if [ -n "$(apt-cache madison "$name" 2>/dev/null)" ]; then found=$name; break; fi
    done
    [ -n "$found" ] || return 1
    chosen+=("$found")
  done
}

echo "installing: ${missing[*]}"
# The lists may be absent (fresh containers) or older than the mirror; only then is it worth fetching them.
if ! choose || ! apt install "${chosen[@]}"; then
  if ! apt update || ! choose || ! apt install "${chosen[@]}"; then
    echo "install_packages: cannot install ${missing[*]} (see above; is there a network, and are the package" \
         "sources right?)" >&2
    exit 1
  fi
fi
