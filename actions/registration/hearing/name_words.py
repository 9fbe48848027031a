"""Word lists for telling names from other words: family names, and words that are in no name."""

from __future__ import annotations

import re

from helpdesk.text import fold

# The family names that nearly all people in the region bear; a list of names, not of persons.
SURNAMES_WRITTEN = frozenset(
    "nguyễn trần lê phạm hoàng huỳnh phan vũ võ đặng bùi đỗ hồ ngô dương lý lí đinh đoàn lương mai trịnh đào "
    "hà cao trương lâm phùng thái tạ tô tăng quách châu kiều lưu tống vương ung lã la giang triệu nghiêm từ "
    "thạch kim sơn danh thi ninh khúc lục mạc nông hứa bá bạch cung diệp hàn hán khả khổng liễu liêu mầu ông "
    "phí quang quảng sầm tào thiều tiêu tiếu trang tràng viết việt xa âu ẩu alăng arất bling bhling zơrâm hiên "
    "colâu ating bnướch briu coor riah hội thọ vân văn trác hầu hữu vi quan quản tôn công chế ngân khưu khuất "
    "lại lai lữ man mãn đàm đồng đường đổng đậu đới thân phó bế chu chử doãn giáp hạ kha lăng lều lò lỗ lộc ma "
    "mã mẫn nhan nhâm nhữ ngạc ngụy quàng tòng thào vàng giàng sùng hoa ong nghê phương trà thới thoại trầm "
    "tưởng ưng vạn viên huyền đồ cù cáp khương lộ".split()
)
SURNAMES = frozenset(map(fold, SURNAMES_WRITTEN))
# Family names that are small words as well when they have no accents: a sentence begins with them more often.
SMALL_WORDS_TOO = frozenset(
    "do ho la ta to tu thi mai ha cao ba ong xa hoi tho van vi quan khong cong che man lai son trang hau viet "
    "danh giang kim au quang lam dao le dong duong dau doi than pho chu gia kha lo ma vang hoa phuong tra uong "
    "vien cu lang luu ly li huu ung dam thoi han hien ngan tao phi nong sam lu phan".split()
)
# The usual second words of names.
MIDDLES = frozenset(
    "thi van minh ngoc thanh quoc duc huu xuan kim thuy hong hoai gia bao anh phuong thu my nhu quang tuan "
    "hoang dinh cong viet trong dang hai khanh thao bich dieu tuyet manh the nhat tien trung".split()
)
# Words of sentences that are hardly in names, as they are written.
OF_SENTENCES = frozenset(
    "ten gần nhất viên nói chắc cả nhà hệ thống lỗi bị mở vẫn báo chữ thiếu hiện tạo chờ đợi để đã tìm thẻ gõ bấm "
    "gởi nhắn hỏi này nầy kia đó nè nì ơi nhé lại với giùm dùm hộ mất mấy lâu lát chút xíu tí ghi đúng sai "
    "nhầm lộn đổi muốn cần phải sao đâu hả nào thì nếu đang sẽ vừa nãy hồi tôi tui mình em chị chú bác cháu "
    "con bà bạn làm xin dạ vâng nghe đọc thôi nghỉ mệt bận chạy đi về ra vô vào lên xuống tên họ ngày tháng số "
    "mã ảnh chụp máy hiểm căn cước sổ cơ phường quận đường tỉnh xã huyện thôn tổ khi lúc bữa hôm nay trước sau "
    "trên dưới trong ngoài cho của là có còn hết răng rứa mô ni nớ tê chừ đây kìa thấy xem coi dùng xài hay "
    "hoặc lắm quá rất đều nữa cũng tại bởi vì nên khác giống như đến qua lấy đưa trả ký kí nhờ liền chậm khó "
    "dễ rành doi tim go bam goi day oi nhe gium lau lat xiu nham lon phai nao neu se vua moi toi da doc noi "
    "met ban chay len xuong ngay thang so ma chup dien thoai mail hiem can cuoc xa thon bua hom truoc tren "
    "duoi ngoai cua het rang rua mo thay dung xai hoac rat deu nua cung boi nen khac den lay dua dk nhanh cham "
    "kho de ranh lam co mat the la ad bot ok oke".split()
)
# Words that no name has.
NEVER = frozenset(
    "không khong ko hok rồi roi chưa chua gì vậy vay giúp giup dùm dum nhập nhap xong quên quen cái cai sửa "
    "sua nhưng luôn luon biết gửi gui được bhxh bhyt vssid cccd cmnd email sdt sđt otp alo".split()
)
# What begins like a name and is none.
PHRASES = re.compile(
    r"ho (?:so|khau|gia dinh|chieu|tro|ten|la|ngheo)|tu van|tong dai|hop dong|thai san|dai ly|cao tuoi|gia dinh|"
    r"vi pham|vi tri|quan (?:ly|huyen|trong)|cong (?:ty|an|dan|nhan|dich)|do dien|phan (?:mem|nay|do|dau|cuoi)|"
    r"kim loai|thi (?:sao|la|thoi)|danh (?:sach|muc)|trang (?:web|chu|cuoi|dau)|thoi (?:gian|han)|lam (?:sao|on)|"
    r"phuong thuc|dong (?:tien|bao|bhxh)|duong (?:day|chi|den|toi)|don vi|le phi|phi (?:bao|dong)|vi du|"
    r"hoi (?:nay|gi|xua)|ta (?:noi|lam)"
)
# Words that begin what is no name any more, as they are written: `hiện` does, but `hien` is Hiền.
ENDS = frozenset(
    "ngày số điện địa mã quê thường giới thẻ và nghe tôi mình đang tuổi cấp với hiện dân người liền rồi là hộ họ căn "
    "ngay cccd cmnd cmt so sdt sđt dt đt email mail gmail ma gioi bhxh bhyt va nhe nhen nghen toi tui sn ns ne ni zalo "
    "voi nguoi roi con la dia".split()
)
POLITE_ENDS = frozenset(
    "ạ á a nha nhe nhé nghe nghen em con chị chi anh ad bạn ơi oi đó do nè ne hen hỉ hi hè hí nì luôn cô chú "
    "bác ni e c".split()
)
