//! Han characters that are taken for one another by their look.

/// The characters that a folded one is taken for by its look; not itself.
///
/// ```
/// use zhen_text::spell::look_alikes;
/// assert!(look_alikes('己').any(|c| c == '已'));
/// ```
pub fn look_alikes(c: char) -> impl Iterator<Item = char> {
    // A group holds it once.
    let groups = GROUPS.match_indices(c).map(|(at, _)| {
        let start = GROUPS[..at].rfind(' ').map_or(0, |space| space + 1);
        let length = GROUPS[start..].find(' ').unwrap_or(GROUPS.len() - start);
        &GROUPS[start..start + length]
    });
    groups.flat_map(str::chars).filter(move |&other| other != c)
}

/// Groups of characters that share most of their strokes, or a part that carries most of the look,
/// and that are known to be confused in handwriting, in shape-based input and in reading.
const GROUPS: &str = "己已巳 未末 侧测恻 辩辨辫 度渡 象像 坐座 戊戌戍 历厉 励厉 拔拨 暴爆瀑曝 陪培赔倍 \
颖颍 嬴赢羸 候侯 博搏膊 竞竟 幕慕暮墓募 弛驰 炼练 粱梁 栗粟 祟崇 拙绌 折拆析 买卖 晴睛清情请 \
密蜜 响晌 夭天 千干于 土士 日曰 人入 刀力刁 大太犬 王玉主 今令 免兔 乌鸟 鸣呜 圆园 帐账胀 蓝篮 \
燥躁噪操澡 抱饱炮跑 峰锋蜂 钓钧钩 杨扬 肠汤 侠狭峡挟 消销硝 峻竣俊 措错借惜 采彩睬踩 肓盲 茶荼 \
斥斤 乒乓兵 冶治 沧沦 栽载裁截戴 遣遗 哀衷衰 享亨 延廷 构购沟 脑恼 偏编篇遍 喝渴竭揭 泊怕拍柏 \
漫慢蔓 纹蚊 倾顷 壁璧 孤狐弧 脸险检验捡签 坡波披彼 蒙朦 贷货 逐遂 毫豪 叉又 仓仑 汗汁 晚挽 徒陡徙 \
经径劲颈茎 性姓 决诀块快 欧殴 第弟 摸模膜摹 副幅福富 洒酒 撒撤 嘱瞩 踪综 址扯 低抵底 版板 洲州 \
材财 萃粹翠碎 悴粹 剧据 住往注 住柱驻 拌绊伴 辑缉揖 概慨溉 擒檎 侍待恃 恃持 抵诋 绪诸 睹赌 \
堵睹 谐楷 揩楷 渎续读 牍读 赎续 跟根很恨 恳垦 仿访防坊 纺防 妨纺 纷份粉 讯迅汛 仪议 似拟 抡抢枪 \
怆枪 论伦轮抡 沦轮 仅汉 权仅 叹汉 呼乎 估沽诂 咕估 枯姑 胡湖糊 糊瑚 坏怀 杯坏 环坏 组祖租 阻组 \
粗组 但担胆 坦担 怛但 佳住 注往 堆推准 谁推 唯维惟 催摧 璀催 慎填 镇填 颠填 滇填 综棕 宗综 崎骑 \
绮骑 倚椅 畸崎 详祥样洋 佯洋 徉洋 证征 怔征 政征 惩证 植值殖 置值 直值 稚雉 掉悼 棹悼 绰悼 陷馅焰 \
掐陷 滔稻蹈 陷掐 提堤题 缇提 匙提 揣端瑞 喘瑞 湍端 缓援媛 暖缓 幔慢 漫谩 馒漫 墨黑 默黑 粹淬 醉粹 \
忽匆 勿匆 刺剌 喇剌 辣剌 苟荀 苛苟 荷苛 卯卵 仰抑 迎仰 昂仰 柳卿 柬束 刺棘 枣棘 辛幸 辜幸 丐丏 亳毫 \
祛袪 皿血 隶肄肆 芨岌 汲吸级极 圾极 笈极 即既 既概 暨既 冢家 幻幼 幼劝 坳拗 呦拗 窃窈 窥窑 \
困因囚 园圆 囡因 姻因 恩因 烟咽 胭烟 贬眨泛 乏泛 砭贬 瞻赡檐 谵瞻 蹒跚 姗珊跚 删珊 栅珊 册删";

#[cfg(test)]
mod tests {
    //! 1. Being alike goes both ways.
    //! 2. All characters are folded, and no group holds one twice.

    use super::*;
    use crate::fold::fold_to_string;

    #[test]
    fn alike_characters_are_alike_both_ways() {
        for c in GROUPS.chars().filter(|c| *c != ' ') {
            assert!(look_alikes(c).count() > 0, "{c}");
            assert!(
                look_alikes(c).all(|other| other != c && look_alikes(other).any(|back| back == c))
            );
        }
        assert_eq!(look_alikes('x').count(), 0);
    }

    #[test]
    fn groups_are_folded_and_without_repetition() {
        assert_eq!(fold_to_string(GROUPS), GROUPS);
        for group in GROUPS.split(' ') {
            let chars: Vec<char> = group.chars().collect();
            assert!(chars.len() > 1, "{group}");
            assert!(chars.iter().enumerate().all(|(i, c)| !chars[..i].contains(c)), "{group}");
        }
    }
}
