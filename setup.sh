#!/bin/sh
# Creates the environment and installs the project; says in plain words what is missing. Run by make.
set -u
PYTHON=${PYTHON:-python3}
VENV=${VENV:-.venv}
# PyTorch's public index of CPU builds: without it Linux draws gigabytes of CUDA. Where it cannot be reached,
# pip says so and takes the build of the ordinary registry.
TORCH_INDEX=${TORCH_INDEX:-https://download.pytorch.org/whl/cpu}
NEEDED_MB=3500

stop() { printf '\nDỪNG: %s\n' "$1" >&2; exit 1; }
say() { printf '== %s\n' "$1"; }

command -v "$PYTHON" >/dev/null 2>&1 || stop "Không tìm thấy $PYTHON. Hãy cài Python 3.11 trở lên, hoặc chỉ ra nó: make run PYTHON=/đường/dẫn/python3.11"
"$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
  || stop "$("$PYTHON" --version 2>&1) quá cũ; cần Python 3.11 trở lên. Nếu máy có bản mới hơn: make run PYTHON=python3.11"
"$PYTHON" -c 'import venv, ensurepip' 2>/dev/null \
  || stop "Python này thiếu mô-đun venv. Trên Debian, Ubuntu: sudo apt install python3-venv; rồi chạy lại lệnh này."
free=$(df -Pm . | awk 'NR == 2 {print $4}')
if [ ! -e "$VENV/bin/python" ] && [ "${free:-0}" -lt "$NEEDED_MB" ]; then
  stop "Ổ đĩa chỉ còn $free MB trống; cài đặt cần khoảng $NEEDED_MB MB. Hãy dọn chỗ rồi chạy lại."
fi

if ! "$VENV/bin/python" -c 'import pip' 2>/dev/null; then
  say "Tạo môi trường $VENV"
  rm -rf "$VENV"
  "$PYTHON" -m venv "$VENV" || stop "Không tạo được môi trường ở $VENV (xem lỗi ngay phía trên)."
fi

install() {
  "$VENV/bin/python" -m pip install --progress-bar on "$@" && return 0
  free=$(df -Pm . | awk 'NR == 2 {print $4}')
  [ "${free:-9999}" -lt 200 ] && stop "Hết chỗ trống trên ổ đĩa khi đang cài đặt. Hãy dọn chỗ rồi chạy lại; phần đã cài được giữ nguyên."
  stop "Không cài được các gói (xem lỗi ngay phía trên). Thường là do mất mạng hoặc mạng chặn kho gói Python: kiểm tra kết nối, proxy, rồi chạy lại lệnh này; phần đã cài được giữ nguyên."
}

torch=$(grep '^torch==' constraints.txt)
if ! "$VENV/bin/python" -c 'import torch' 2>/dev/null; then
  say "Cài PyTorch bản chạy bằng CPU (khoảng 200 MB)"
  install --retries 0 --extra-index-url "$TORCH_INDEX" "$torch"
fi
say "Cài Cầu Nối và các gói cần thiết (vài phút ở lần đầu)"
install -c constraints.txt -e ".[dev]"
say "Cài đặt xong"
