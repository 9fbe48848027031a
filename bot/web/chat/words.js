// @ts-check
/**
 * Every sentence that the chat page itself says. What the assistant says comes from the server.
 */

export const HOTLINE = "1900 9068";

export const WORDS = Object.freeze({
  greeting:
    "Dạ, em chào anh/chị ạ! Em là trợ lý tự động của BHXH quận Thanh Khê, hỗ trợ về ứng dụng VssID.\n" +
    "Anh/chị bấm vào việc cần làm, hoặc gõ câu hỏi vào ô bên dưới ạ.",
  placeholder: "Gõ vào đây…",
  inputName: "Gõ tin nhắn cho trợ lý",
  send: "Gửi",
  log: "Nội dung trò chuyện",
  choices: "Chọn nhanh",
  assistant: "Trợ lý",
  agent: "Nhân viên",
  contact: "Anh/chị",
  system: "Thông báo",
  typing: "Trợ lý đang soạn câu trả lời",
  looking: "Trợ lý đang xem ảnh",
  more: "Xem tiếp ↓",
  sending: "đang gửi…",
  sendingPhoto: "đang gửi ảnh…",
  waiting: "đang chờ gửi lại…",
  refused: "chưa gửi được",
  lost: "Mất kết nối, đang nối lại… Tin của anh/chị vẫn được giữ.",
  newConversation: "Cuộc trò chuyện trước đã hết hạn nên em mở cuộc mới. Anh/chị cứ hỏi tiếp ạ.",
  tooLong:
    "Dạ, tin này dài quá (hơn 20.000 ký tự) nên em chưa gửi được. Anh/chị rút gọn hoặc chia thành nhiều tin giúp em ạ.",
  refusedWhy: "Dạ, tin này em chưa nhận được. Anh/chị thử lại giúp em, hoặc gọi tổng đài " + HOTLINE + " ạ.",
  photoTooLarge: "Dạ, tệp này nặng quá nên em chưa gửi được. Anh/chị chụp lại hoặc chọn ảnh nhẹ hơn giúp em ạ.",
  photoUnknown: "Dạ, tệp này không phải ảnh mà em đọc được. Anh/chị gửi ảnh JPG hoặc PNG giúp em ạ.",
  photoLost: "Dạ, ảnh chưa gửi xong thì trang bị đóng. Anh/chị chọn lại ảnh giúp em ạ.",
  photo: "Ảnh",
  myPhoto: "Ảnh anh/chị đã gửi",
  theirPhoto: "Ảnh từ trợ lý",
  openPhoto: "mở ảnh lớn trong thẻ mới",
  photoLoading: "Đang tải ảnh…",
  photoFailed: "Chưa tải được ảnh. Bấm để tải lại.",
  file: "Tải tệp đính kèm",
  location: "📍 Vị trí của tôi",
  locating: "Đang tìm…",
  shareLocation: "Vị trí",
  locationUnsupported:
    "Dạ, trình duyệt này không gửi được vị trí. Anh/chị gõ tên phường/xã đang ở giúp em ạ.",
  locationDenied:
    "Dạ, trình duyệt chưa cho phép gửi vị trí. Anh/chị cho phép trong phần cài đặt, hoặc gõ tên phường/xã đang ở ạ.",
  locationFailed: "Dạ, em chưa tìm được vị trí. Anh/chị thử lại, hoặc gõ tên phường/xã đang ở giúp em ạ.",
  notDrawn: "Có một tin chưa hiện được ở đây. Cần nội dung đó, anh/chị nhắn lại hoặc gọi tổng đài " + HOTLINE + " ạ.",
  notLoaded: "Trang trò chuyện chưa mở được. Anh/chị tải lại trang, hoặc gọi tổng đài " + HOTLINE + " ạ.",
  opensNewTab: "mở trong thẻ mới",
  unread: "tin mới",
});

// The titles are those of data/guide: after a reload the history shows them; tests/contract compares.
export const STARTERS = Object.freeze([
  { title: "Đăng ký tài khoản VssID", payload: "/register_account" },
  { title: "Quên mật khẩu", payload: "/forgot_password" },
  { title: "Cài ứng dụng VssID", payload: "/ask_install_app" },
  { title: "Tra mã số BHXH của tôi", payload: "/lookup_bhxh_code" },
  { title: "Địa chỉ cơ quan BHXH", payload: "/lookup_agency" },
  { title: "Gặp nhân viên", payload: "/talk_to_human" },
]);
