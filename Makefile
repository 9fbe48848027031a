# The commands of the house; `make help` lists them. Everything is built under $(DATA_DIR) and nothing outside of it.
# Each may come from the environment or the command line; empty means the default.
override PORT := $(or $(strip $(PORT)),8080)
override RASA_PORT := $(or $(strip $(RASA_PORT)),5005)
override ACTIONS_PORT := $(or $(strip $(ACTIONS_PORT)),5055)
override DATA_DIR := $(if $(strip $(DATA_DIR)),$(DATA_DIR),./var)
export PORT RASA_PORT ACTIONS_PORT DATA_DIR

# Any Python 3.8+ starts the build; the build finds or fetches the two that the product runs on.
PYTHON ?= $(firstword $(wildcard $(shell command -v python3)) python3)
BUILD := exec $(PYTHON) -m ops.build
# The shell, not make, puts the folder in: whatever is in its name stays one word. `exec`: signals reach the program.
APP := exec "$$DATA_DIR/env/app/bin/python"
RASA := exec "$$DATA_DIR/env/rasa/bin/python"

.DEFAULT_GOAL := help
.PHONY: help run staff import rotate-keys check-data env env-dev train eval bench check test lock clean

help: ## liệt kê các lệnh
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | sed -E 's/:.*## /\t/' | expand -t 12

run: env ## dựng mọi thứ nếu cần rồi chạy trợ lý; Ctrl-C để dừng
	@$(APP) -m ops.run

# NAME from the command line only: some systems have a variable of this name for something else.
staff: env ## thêm cán bộ: NAME=lan; đặt lại mật khẩu: thêm RESET=1; khóa: thêm DISABLE=1
	@$(APP) -m ops.staff $(if $(filter-out 0,$(RESET)),--reset) $(if $(filter-out 0,$(DISABLE)),--disable) \
		-- $(if $(findstring command,$(origin NAME)),"$$NAME")

# FILE from the command line only, as NAME above.
import: env ## nạp danh sách người tham gia: FILE=members.csv hoặc .xlsx (docs/import.md)
	@$(APP) -m ops.import_members $(if $(findstring command,$(origin FILE)),"$$FILE")

rotate-keys: env ## mã hóa lại mọi thứ bằng khóa mới nhất (docs/runbook.md); NEW=1: tạo khóa mới trước
	@$(APP) -m ops.rotate_keys $(if $(filter-out 0,$(NEW)),--new)

check-data: env ## tìm chỗ hỏng trong hai cơ sở dữ liệu; chạy được khi trợ lý đang chạy (docs/runbook.md)
	@$(APP) -m ops.check_data

env:
	@$(BUILD) system app rasa web

env-dev:
	@$(BUILD) system app rasa web dev

train: env ## huấn luyện mô hình nếu dữ liệu đã đổi
	@$(APP) -m ops.train

eval: env ## báo cáo nhận hiểu: chéo theo người viết và tập giữ riêng (docs/nlu-report.md)
	@$(RASA) -m nlu.training.evaluate

bench: env-dev train ## đo tốc độ và độ chính xác, cạnh Rasa nguyên bản
	@$(APP) -m bench

check: env-dev ## định dạng, lint, kiểu, luật import, hợp đồng tên
	@$(APP) -m ops.check

test: env-dev train ## mọi bài kiểm thử không cần tài khoản ngoài
	@$(APP) -m ops.test

lock: env-dev ## khóa lại hai bộ thư viện (phiên bản và hash)
	@$(BUILD) lock

clean: ## xóa mọi thứ đã dựng (không xóa dữ liệu hội thoại)
	rm -rf -- "$$DATA_DIR/env" "$$DATA_DIR/models" "$$DATA_DIR/cache" bot/web/vendor
