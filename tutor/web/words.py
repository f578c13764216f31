"""Every text of the page, in Chinese and English. A missing text is a type error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tutor.entry import Language


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of the page in one language; `{...}` are filled in with `str.format`."""

    brand: str
    other_language: str
    theme: str
    send: str
    stop: str
    new_conversation: str
    tab_ask: str
    tab_grade: str
    tab_interview: str
    tab_review: str
    who: str
    # Ask: the empty page
    welcome: str
    welcome_more: str
    material: str
    no_material: str
    # Ask: the conversation
    placeholder: str
    question_label: str
    conversation_label: str
    follow_up: str
    nearest: str
    outside: str
    outside_more: str
    unanswered: str
    unanswered_more: str
    sources: str
    also_in: str
    no_answer_there: str
    from_material: str
    from_model: str
    notice: str
    unexpected: str
    retry: str
    # Ask: one's own documents
    add_documents: str
    formats: str
    uploading: str
    reading: str
    indexing: str
    read_title: str
    read_nothing: str
    question_read: str
    questions_read: str
    answered: str
    without: str
    total: str
    skipped: str
    close: str


WORDS: Mapping[Language, Words] = {
    "en": Words(
        brand="Interview Tutor",
        other_language="中文",
        theme="Light or dark",
        send="Send",
        stop="Stop",
        new_conversation="New chat",
        tab_ask="Ask",
        tab_grade="Grade",
        tab_interview="Interview",
        tab_review="Review",
        who="Studying as {name}",
        welcome="What would you like to understand?",
        welcome_more="Answers for LLM and machine-learning interviews, each with the passage it rests on.",
        material="{entries} questions, {sources} sources",
        no_material="No material yet. Add your own documents to begin.",
        placeholder="Ask a question",
        question_label="Your question",
        conversation_label="Conversation",
        follow_up="Ask next",
        nearest="Nearest questions",
        outside="This is not in my material.",
        outside_more="I would rather say so than guess. Add documents about it, or try one of the questions below.",
        unanswered="This is asked in your notes, but there is no answer there yet.",
        unanswered_more="Add the answer to the file named below and upload it again.",
        sources="Sources",
        also_in="also in",
        no_answer_there="No answer is given there.",
        from_material="Taken word for word from the sources, without a language model.",
        from_model="Written by {engine} from the sources.",
        notice="The language model did not answer, so this is taken from the sources directly. {notice}",
        unexpected="Something went wrong on the server. Please try again; the details are in its log.",
        retry="What to do: {remedy}.",
        add_documents="Add documents",
        formats="Text, Markdown, HTML, PDF, Word, JSON or CSV, up to {limit} MB each. They stay on this machine.",
        uploading="Receiving the files",
        reading="Reading {name}",
        indexing="Bringing the index up to date",
        read_title="Your documents are ready",
        read_nothing="Nothing could be read",
        question_read="{count} question",
        questions_read="{count} questions",
        answered="{count} answered",
        without="{count} unanswered",
        total="In the material now: {entries} questions, {answered} answered, {unanswered} unanswered. Duplicates merged: {merged}.",
        skipped="Skipped: {reason}",
        close="Close",
    ),
    "zh": Words(
        brand="面试导师",
        other_language="English",
        theme="浅色或深色",
        send="发送",
        stop="停止",
        new_conversation="新对话",
        tab_ask="提问",
        tab_grade="评分",
        tab_interview="面试",
        tab_review="复习",
        who="{name} 的学习",
        welcome="想弄懂哪个问题？",
        welcome_more="大模型与机器学习面试，随便问。每个回答都附上它依据的原文。",
        material="{sources} 份资料，{entries} 个问题",
        no_material="还没有资料。先添加你自己的文档吧。",
        placeholder="输入你的问题",
        question_label="你的问题",
        conversation_label="对话",
        follow_up="接着问",
        nearest="最接近的问题",
        outside="我的资料里没有这个问题的答案。",
        outside_more="没有依据，我不猜。可以添加相关文档，或者试试下面的问题。",
        unanswered="这个问题在你的笔记里出现过，但那里还没有答案。",
        unanswered_more="在下面的文件里补上答案，再上传一次就好。",
        sources="出处",
        also_in="另见",
        no_answer_there="那里没有给出答案。",
        from_material="以上内容直接摘自出处，没有使用语言模型。",
        from_model="由 {engine} 根据出处写成。",
        notice="语言模型没有回答，以下内容直接摘自出处。{notice}",
        unexpected="服务器出了点问题，请再试一次；详情见服务器日志。",
        retry="解决办法：{remedy}。",
        add_documents="添加文档",
        formats="文本、Markdown、HTML、PDF、Word、JSON 或 CSV，单个不超过 {limit} MB。文件只留在本机。",
        uploading="正在接收文件",
        reading="正在读取 {name}",
        indexing="正在更新索引",
        read_title="文档已就绪",
        read_nothing="没有读到内容",
        question_read="{count} 个问题",
        questions_read="{count} 个问题",
        answered="{count} 个有答案",
        without="{count} 个没有",
        total="资料里现在有 {entries} 个问题：{answered} 个有答案，{unanswered} 个没有；合并重复 {merged} 个。",
        skipped="未读取：{reason}",
        close="关闭",
    ),
}


def words(language: str) -> Words:
    """The texts in `language`; English for a language there is none of."""
    return WORDS["zh" if language == "zh" else "en"]
