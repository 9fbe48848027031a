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

# What was given on the command line itself, as it was typed: some systems have variables NAME or FILE for something else.
given = $(if $(findstring command,$(origin $(1))),$(strip $(value $(1))))
# Told before anything is built.
missing = printf '%s\n' '✗ $(1)' >&2; exit 2

.DEFAULT_GOAL := help
.PHONY: help run staff import rotate-keys check-data quick check test hooks train eval bench lock clean env env-dev

# In the order of use: the order of this file.
help: ## liệt kê các lệnh
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12
	@printf '%s\n' '' 'Thêm vào lệnh nào cũng được (hoặc đặt trong môi trường):' \
		'  PORT=$(PORT)           cổng của trang chat; RASA_PORT=$(RASA_PORT), ACTIONS_PORT=$(ACTIONS_PORT): hai cổng trong máy' \
		"  DATA_DIR=$$DATA_DIR      nơi chứa mọi thứ được dựng và dữ liệu hội thoại"

run: env ## dựng mọi thứ nếu cần rồi chạy trợ lý; Ctrl-C để dừng
	@$(APP) -m ops.run

staff: $(if $(call given,NAME),env) ## thêm cán bộ: NAME=lan; đặt lại mật khẩu: thêm RESET=1; khóa: thêm DISABLE=1
	@$(if $(call given,NAME),$(APP) -m ops.staff $(if $(filter-out 0,$(RESET)),--reset) \
		$(if $(filter-out 0,$(DISABLE)),--disable) -- "$$NAME",$(call missing,$(NO_NAME)))
NO_NAME := Thiếu tên. Ví dụ: make staff NAME=lan (đặt lại mật khẩu: RESET=1; khóa: DISABLE=1)

import: $(if $(call given,FILE),env) ## nạp danh sách người tham gia: FILE=members.csv hoặc .xlsx (docs/import.md)
	@$(if $(call given,FILE),$(APP) -m ops.import_members "$$FILE",$(call missing,$(NO_FILE)))
NO_FILE := Thiếu tên tệp. Ví dụ: make import FILE=members.csv (hoặc .xlsx). Xem docs/import.md

rotate-keys: env ## mã hóa lại mọi thứ bằng khóa mới nhất (docs/runbook.md); NEW=1: tạo khóa mới trước
	@$(APP) -m ops.rotate_keys $(if $(filter-out 0,$(NEW)),--new)

check-data: env ## tìm chỗ hỏng trong hai cơ sở dữ liệu; chạy được khi trợ lý đang chạy (docs/runbook.md)
	@$(APP) -m ops.check_data

quick: env-dev ## trong một phút: định dạng, lint, kiểu, luật import, bài kiểm thử nhanh
	@$(APP) -m ops.quick

check: env-dev ## định dạng, lint, kiểu, luật import, hợp đồng tên
	@$(APP) -m ops.check

test: env-dev train ## mọi bài kiểm thử không cần tài khoản ngoài
	@$(APP) -m ops.test

hooks: env-dev ## kiểm định dạng, lint, luật import trước mỗi commit
	@git config vssid.data-dir "$$(cd -- "$$DATA_DIR" && pwd)"
	@$(APP) -m pre_commit install

train: env ## huấn luyện mô hình nếu dữ liệu đã đổi
	@$(APP) -m ops.train

eval: env ## báo cáo nhận hiểu: chéo theo người viết và tập giữ riêng (docs/nlu-report.md)
	@$(RASA) -m nlu.training.evaluate

bench: env-dev train ## đo tốc độ và độ chính xác, cạnh Rasa nguyên bản (môi trường riêng, 2,6 GB)
	@$(BUILD) stock
	@$(APP) -m bench

lock: env-dev ## khóa lại các bộ thư viện (phiên bản và hash)
	@$(BUILD) lock

clean: ## xóa mọi thứ đã dựng (không xóa dữ liệu hội thoại)
	rm -rf -- "$$DATA_DIR/env" "$$DATA_DIR/models" "$$DATA_DIR/cache" bot/web/vendor

env:
	@$(BUILD) system app rasa web

env-dev: ## dựng công cụ cho người phát triển (make quick, check, test tự làm)
	@$(BUILD) system app rasa web dev
