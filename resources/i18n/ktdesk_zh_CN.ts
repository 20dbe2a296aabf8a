<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>Advice</name>
    <message>
        <source>The graphics card&apos;s driver is too old</source>
        <translation>显卡驱动过旧</translation>
    </message>
    <message>
        <source>Update the NVIDIA driver to release 580 or newer.</source>
        <translation>请将 NVIDIA 驱动更新到 580 或更新的版本。</translation>
    </message>
    <message>
        <source>The graphics card does not answer</source>
        <translation>显卡没有响应</translation>
    </message>
    <message>
        <source>Restart the computer, or install the NVIDIA driver again.</source>
        <translation>请重启电脑，或重新安装 NVIDIA 驱动。</translation>
    </message>
    <message>
        <source>{card} sits in a slow slot</source>
        <translation>{card} 插在较慢的插槽里</translation>
    </message>
    <message>
        <source>Put it into the uppermost long slot of the board.</source>
        <translation>请把它插到主板最上方的长插槽。</translation>
    </message>
    <message>
        <source>The memory runs slower than it can</source>
        <translation>内存没有以应有的速度运行</translation>
    </message>
    <message>
        <source>Turn on XMP or EXPO in the BIOS: answers get faster in proportion.</source>
        <translation>请在 BIOS 中开启 XMP 或 EXPO，回答速度会相应提高。</translation>
    </message>
    <message>
        <source>Only one memory channel is in use</source>
        <translation>只用到了一个内存通道</translation>
    </message>
    <message>
        <source>Plug in modules in pairs: answers come about twice as fast.</source>
        <translation>请成对安装内存条，回答速度大约可以翻倍。</translation>
    </message>
    <message>
        <source>Only {free} of memory are free</source>
        <translation>可用内存只有 {free}</translation>
    </message>
    <message>
        <source>Close other programs, or choose small models.</source>
        <translation>请关闭其他程序，或选择小模型。</translation>
    </message>
    <message>
        <source>The system does not let programs use AMX</source>
        <translation>系统不允许程序使用 AMX</translation>
    </message>
    <message>
        <source>Linux 5.16 or newer, or Windows 11, would; long texts are then read faster.</source>
        <translation>Linux 5.16 以上或 Windows 11 支持它，阅读长文本会更快。</translation>
    </message>
    <message>
        <source>The system does not let programs use {name}</source>
        <translation>系统不允许程序使用 {name}</translation>
    </message>
    <message>
        <source>Look into the BIOS, or the settings of the virtual machine.</source>
        <translation>请检查 BIOS 或虚拟机的设置。</translation>
    </message>
    <message>
        <source>The power plan slows the processor down</source>
        <translation>电源计划限制了处理器的速度</translation>
    </message>
    <message>
        <source>Choose &apos;balanced&apos; or &apos;performance&apos;, and plug a laptop in.</source>
        <translation>请选择“平衡”或“高性能”，笔记本电脑请接通电源。</translation>
    </message>
</context>
<context>
    <name>AnswerView</name>
    <message>
        <source>The model answered nothing.</source>
        <translation>模型没有给出回答。</translation>
    </message>
    <message>
        <source>Reading the conversation… {percent} %</source>
        <translation>正在阅读对话… {percent}%</translation>
    </message>
    <message>
        <source>Thinking…</source>
        <translation>思考中…</translation>
    </message>
    <message>
        <source>Copy the answer</source>
        <translation>复制回答</translation>
    </message>
</context>
<context>
    <name>ChatPage</name>
    <message>
        <source>Retry</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Edit the message</source>
        <translation>修改消息</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
</context>
<context>
    <name>CodeBlock</name>
    <message>
        <source>code</source>
        <translation>代码</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Copy the code</source>
        <translation>复制代码</translation>
    </message>
    <message>
        <source>Code</source>
        <translation>代码</translation>
    </message>
</context>
<context>
    <name>ConversationView</name>
    <message>
        <source>Conversation</source>
        <translation>对话</translation>
    </message>
    <message>
        <source>Jump to the end</source>
        <translation>跳到末尾</translation>
    </message>
</context>
<context>
    <name>ErrorBanner</name>
    <message>
        <source>Details</source>
        <translation>详情</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>FaultReporter</name>
    <message>
        <source>KTDesk has a fault; it is not your doing.</source>
        <translation>KTDesk 出现了故障，这不是您的操作造成的。</translation>
    </message>
    <message>
        <source>Please report it with the log: {path}</source>
        <translation>请附上日志报告此问题：{path}</translation>
    </message>
    <message>
        <source>No log could be written.</source>
        <translation>无法写入日志。</translation>
    </message>
</context>
<context>
    <name>FirstStep</name>
    <message>
        <source>First model</source>
        <translation>第一个模型</translation>
    </message>
    <message>
        <source>Choose what to begin with. You can change it at any time, at the top left.</source>
        <translation>请选择从哪个模型开始，之后随时可以在左上角更换。</translation>
    </message>
    <message>
        <source>Open a file…</source>
        <translation>打开文件…</translation>
    </message>
    <message>
        <source>Small and quick, to try the program; its answers are simple. It is fetched once, about 100 MB, and built here.</source>
        <translation>又小又快，适合试用，回答比较简单。只需下载一次（约 100 MB），在本机生成。</translation>
    </message>
    <message>
        <source>Demo model</source>
        <translation>演示模型</translation>
    </message>
    <message>
        <source>Models (*.gguf)</source>
        <translation>模型 (*.gguf)</translation>
    </message>
    <message>
        <source>Open a model</source>
        <translation>打开模型</translation>
    </message>
</context>
<context>
    <name>FoldersStep</name>
    <message>
        <source>Where models live</source>
        <translation>模型放在哪里</translation>
    </message>
    <message>
        <source>Models are GGUF files. KTDesk looks for them in these folders; add those where you have some, also of other programs. Nothing is moved or changed.</source>
        <translation>模型是 GGUF 文件。KTDesk 会在这些文件夹中查找；已有模型的文件夹（包括其他程序的）都可以添加，文件不会被移动或修改。</translation>
    </message>
    <message>
        <source>Add a folder…</source>
        <translation>添加文件夹…</translation>
    </message>
    <message>
        <source>Looking…</source>
        <translation>正在查找…</translation>
    </message>
    <message>
        <source>Models found: {count}</source>
        <translation>找到 {count} 个模型</translation>
    </message>
    <message>
        <source>No models were found yet.</source>
        <translation>还没有找到模型。</translation>
    </message>
    <message>
        <source>{free} free</source>
        <translation>剩余空间 {free}</translation>
    </message>
    <message>
        <source>KTDesk&apos;s own folder · {free}</source>
        <translation>KTDesk 自己的文件夹 · {free}</translation>
    </message>
    <message>
        <source>Remove from the list</source>
        <translation>从列表中移除</translation>
    </message>
    <message>
        <source>A folder with models</source>
        <translation>选择存放模型的文件夹</translation>
    </message>
</context>
<context>
    <name>MachineStep</name>
    <message>
        <source>Your machine</source>
        <translation>您的电脑</translation>
    </message>
    <message>
        <source>KTDesk runs language models on this computer. This is what it found.</source>
        <translation>KTDesk 在这台电脑上运行语言模型。以下是检测到的配置。</translation>
    </message>
    <message>
        <source>Looking…</source>
        <translation>正在查找…</translation>
    </message>
    <message>
        <source>Measuring makes the predictions of the next step better.</source>
        <translation>测速之后，下一步的预测会更准确。</translation>
    </message>
    <message>
        <source>Measure again (about 10 s)</source>
        <translation>重新测速（约 10 秒）</translation>
    </message>
    <message>
        <source>Measure (about 10 s)</source>
        <translation>测速（约 10 秒）</translation>
    </message>
    <message>
        <source>Do without</source>
        <translation>跳过测速</translation>
    </message>
    <message>
        <source>Progress of the measurements</source>
        <translation>测速进度</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Chat</source>
        <translation>对话</translation>
    </message>
    <message>
        <source>New chat</source>
        <translation>新对话</translation>
    </message>
    <message>
        <source>Open a file…</source>
        <translation>打开文件…</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Reload the model</source>
        <translation>重新加载模型</translation>
    </message>
    <message>
        <source>Switch between light and dark</source>
        <translation>切换浅色与深色</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>First steps…</source>
        <translation>新手引导…</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>退出</translation>
    </message>
    <message>
        <source>Models (*.gguf)</source>
        <translation>模型 (*.gguf)</translation>
    </message>
    <message>
        <source>Open a model</source>
        <translation>打开模型</translation>
    </message>
</context>
<context>
    <name>ModelChoice</name>
    <message>
        <source>Loading…</source>
        <translation>加载中…</translation>
    </message>
    <message>
        <source>Choose a model</source>
        <translation>选择模型</translation>
    </message>
    <message>
        <source>Choose the model</source>
        <translation>选择模型</translation>
    </message>
    <message>
        <source>Model: {name}</source>
        <translation>模型：{name}</translation>
    </message>
    <message>
        <source>Demo model</source>
        <translation>演示模型</translation>
    </message>
</context>
<context>
    <name>ModelsStep</name>
    <message>
        <source>What it can run</source>
        <translation>它能运行什么</translation>
    </message>
    <message>
        <source>Well-known models, and what to expect of them here. A token is about three quarters of a word. These are estimates: nothing is forbidden.</source>
        <translation>以下是常见模型在这台电脑上的预期表现。一个词元（token）大约是一到两个汉字。这些只是估计，您仍可尝试任何模型。</translation>
    </message>
    <message>
        <source>Calculating…</source>
        <translation>正在计算…</translation>
    </message>
    <message>
        <source>{billions} billion parameters · {size} as {quantization}</source>
        <translation>{hundred_millions} 亿参数 · {quantization} 格式 {size}</translation>
    </message>
    <message>
        <source>{few} to {many} seconds per token: only for the patient</source>
        <translation>每个词元需 {few} 到 {many} 秒，需要耐心等待</translation>
    </message>
    <message>
        <source>{low} to {high} tokens per second: {pace}</source>
        <translation>每秒 {low} 到 {high} 个词元，{pace}</translation>
    </message>
    <message>
        <source>faster than one reads</source>
        <translation>比阅读更快</translation>
    </message>
    <message>
        <source>about as fast as one reads</source>
        <translation>与阅读速度相当</translation>
    </message>
    <message>
        <source>slower than one reads</source>
        <translation>比阅读慢</translation>
    </message>
    <message>
        <source>only for the patient</source>
        <translation>需要耐心等待</translation>
    </message>
    <message>
        <source>Close other programs before loading it.</source>
        <translation>加载前请关闭其他程序。</translation>
    </message>
    <message>
        <source>{missing} of memory are missing: more memory would help.</source>
        <translation>内存还差 {missing}，增加内存会有帮助。</translation>
    </message>
    <message>
        <source>{missing} of memory are missing. A file in {smaller} saves {saved}.</source>
        <translation>内存还差 {missing}。改用 {smaller} 格式的文件可节省 {saved}。</translation>
    </message>
</context>
<context>
    <name>PromptBox</name>
    <message>
        <source>Ask something</source>
        <translation>问点什么</translation>
    </message>
    <message>
        <source>Message</source>
        <translation>消息</translation>
    </message>
    <message>
        <source>Stop the answer (Esc)</source>
        <translation>停止回答（Esc）</translation>
    </message>
    <message>
        <source>Send (Enter)</source>
        <translation>发送（Enter）</translation>
    </message>
</context>
<context>
    <name>QuestionView</name>
    <message>
        <source>Not answered. Ctrl+R asks again.</source>
        <translation>尚未回答。按 Ctrl+R 重新提问。</translation>
    </message>
</context>
<context>
    <name>SettingField</name>
    <message>
        <source>random</source>
        <translation>随机</translation>
    </message>
</context>
<context>
    <name>Settings</name>
    <message>
        <source>CPU threads</source>
        <translation>CPU 线程</translation>
    </message>
    <message>
        <source>0 takes one per physical core.</source>
        <translation>0 表示每个物理核心一个线程。</translation>
    </message>
    <message>
        <source>threads</source>
        <translation>线程</translation>
    </message>
    <message>
        <source>Context</source>
        <translation>上下文</translation>
    </message>
    <message>
        <source>How much of a conversation the model sees; it costs memory. 0 lets the model decide.</source>
        <translation>模型能看到多长的对话；会占用内存。0 由模型决定。</translation>
    </message>
    <message>
        <source>tokens</source>
        <translation>词元</translation>
    </message>
    <message>
        <source>Cache</source>
        <translation>缓存</translation>
    </message>
    <message>
        <source>How exactly the conversation is kept: f32 most, q8_0 in the least memory.</source>
        <translation>对话保存的精确程度：f32 最精确，q8_0 占用内存最少。</translation>
    </message>
    <message>
        <source>f16</source>
        <translation>f16</translation>
    </message>
    <message>
        <source>bf16</source>
        <translation>bf16</translation>
    </message>
    <message>
        <source>q8_0</source>
        <translation>q8_0</translation>
    </message>
    <message>
        <source>f32</source>
        <translation>f32</translation>
    </message>
    <message>
        <source>Graphics memory</source>
        <translation>显存</translation>
    </message>
    <message>
        <source>How much of a graphics card&apos;s memory may be used. 0 takes what is free.</source>
        <translation>最多可使用多少显存；0 表示使用全部空闲显存。</translation>
    </message>
    <message>
        <source>Deferred experts</source>
        <translation>延后的专家</translation>
    </message>
    <message>
        <source>How many of a token&apos;s experts are added one layer later, so that the processor works while the graphics card does: faster with a card, but answers get a little worse. `ktdesk perplexity` says by how much. 0: none.</source>
        <translation>每个词元有多少个专家推迟到下一层才加入，使处理器与显卡同时工作：有显卡时更快，但回答会略差，`ktdesk perplexity` 可测出差多少；0 表示不推迟。</translation>
    </message>
    <message>
        <source>Other conversations</source>
        <translation>其他对话</translation>
    </message>
    <message>
        <source>Memory for what was read of them, so that going back to one needs no reading.</source>
        <translation>用于保留其他对话已读内容的内存，返回时无需重新读取。</translation>
    </message>
    <message>
        <source>MB</source>
        <translation>MB</translation>
    </message>
    <message>
        <source>Longest answer</source>
        <translation>最长回答</translation>
    </message>
    <message>
        <source>0 lets an answer grow until the context is full.</source>
        <translation>0 表示回答可一直写到上下文用满。</translation>
    </message>
    <message>
        <source>Temperature</source>
        <translation>温度</translation>
    </message>
    <message>
        <source>Higher is more varied; 0 always takes the likeliest.</source>
        <translation>越高越多样；0 总是取最可能的词元。</translation>
    </message>
    <message>
        <source>Top k</source>
        <translation>Top k</translation>
    </message>
    <message>
        <source>Chooses among this many of the likeliest; 0: among all.</source>
        <translation>只在这么多个最可能的词元中选择；0 表示全部。</translation>
    </message>
    <message>
        <source>Typical p</source>
        <translation>Typical p</translation>
    </message>
    <message>
        <source>Chooses among those about as surprising as is to be expected; 1: among all.</source>
        <translation>只在意外程度接近预期的词元中选择；1 表示全部。</translation>
    </message>
    <message>
        <source>Top p</source>
        <translation>Top p</translation>
    </message>
    <message>
        <source>Chooses among the likeliest that share this probability.</source>
        <translation>只在累计达到此概率的最可能词元中选择。</translation>
    </message>
    <message>
        <source>Min p</source>
        <translation>Min p</translation>
    </message>
    <message>
        <source>Leaves out what is this much rarer than the likeliest.</source>
        <translation>舍去概率低于最可能词元这一比例的词元。</translation>
    </message>
    <message>
        <source>Repetition penalty</source>
        <translation>重复惩罚</translation>
    </message>
    <message>
        <source>Above 1 avoids what was already said.</source>
        <translation>大于 1 时避免重复说过的内容。</translation>
    </message>
    <message>
        <source>Presence penalty</source>
        <translation>存在惩罚</translation>
    </message>
    <message>
        <source>Above 0 avoids what was said, however often.</source>
        <translation>大于 0 时避开说过的词元，不论次数。</translation>
    </message>
    <message>
        <source>Frequency penalty</source>
        <translation>频率惩罚</translation>
    </message>
    <message>
        <source>Above 0 avoids what was said, the more the more often.</source>
        <translation>大于 0 时避开说过的词元，次数越多，避开越多。</translation>
    </message>
    <message>
        <source>Reach of penalties</source>
        <translation>惩罚范围</translation>
    </message>
    <message>
        <source>How far back these three look; 0: to the beginning.</source>
        <translation>以上三项回看多远；0 表示直到开头。</translation>
    </message>
    <message>
        <source>DRY</source>
        <translation>DRY</translation>
    </message>
    <message>
        <source>Above 0 avoids repeating whole passages; 0.8 is usual.</source>
        <translation>大于 0 时避免整段重复；通常为 0.8。</translation>
    </message>
    <message>
        <source>DRY base</source>
        <translation>DRY 底数</translation>
    </message>
    <message>
        <source>How much more each further word of a repetition counts.</source>
        <translation>重复每长一个词元，惩罚变为多少倍。</translation>
    </message>
    <message>
        <source>DRY length</source>
        <translation>DRY 长度</translation>
    </message>
    <message>
        <source>Repetitions shorter than this are free.</source>
        <translation>短于此长度的重复不受惩罚。</translation>
    </message>
    <message>
        <source>Reach of DRY</source>
        <translation>DRY 范围</translation>
    </message>
    <message>
        <source>How far back it looks for repetitions; 0: to the beginning.</source>
        <translation>回看多远以寻找重复；0 表示直到开头。</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>随机种子</translation>
    </message>
    <message>
        <source>The same seed gives the same answer; without one, each differs.</source>
        <translation>种子相同则回答相同；不填则每次不同。</translation>
    </message>
    <message>
        <source>When the context is full</source>
        <translation>上下文已满时</translation>
    </message>
    <message>
        <source>&apos;stop&apos; ends the answer; &apos;shift&apos; lets the oldest turns go and reads the rest again.</source>
        <translation>“stop”结束回答；“shift”丢弃最早的轮次并重新读取其余内容。</translation>
    </message>
    <message>
        <source>stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>shift</source>
        <translation>滚动</translation>
    </message>
    <message>
        <source>Prompt lookup</source>
        <translation>提示查找</translation>
    </message>
    <message>
        <source>Guesses words from those before, where that is faster; it changes no answer.</source>
        <translation>根据前文猜测后续词语以加快速度；不会改变回答。</translation>
    </message>
    <message>
        <source>auto</source>
        <translation>自动</translation>
    </message>
    <message>
        <source>off</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>A code such as &apos;de&apos;; empty follows the system.</source>
        <translation>语言代码，如“de”；留空则跟随系统。</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>主题</translation>
    </message>
    <message>
        <source>&apos;system&apos; follows the desktop.</source>
        <translation>“系统”表示跟随桌面。</translation>
    </message>
    <message>
        <source>system</source>
        <translation>系统</translation>
    </message>
    <message>
        <source>light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>dark</source>
        <translation>深色</translation>
    </message>
</context>
<context>
    <name>SettingsDrawer</name>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Close the settings</source>
        <translation>关闭设置</translation>
    </message>
    <message>
        <source>Engine</source>
        <translation>引擎</translation>
    </message>
    <message>
        <source>Answers</source>
        <translation>回答</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>窗口</translation>
    </message>
    <message>
        <source>Takes effect when a model is loaded the next time.</source>
        <translation>下次加载模型时生效。</translation>
    </message>
    <message>
        <source>Reload the model</source>
        <translation>重新加载模型</translation>
    </message>
</context>
<context>
    <name>Stages</name>
    <message>
        <source>Opening the file</source>
        <translation>正在打开文件</translation>
    </message>
    <message>
        <source>Reading the weights</source>
        <translation>正在读取权重</translation>
    </message>
    <message>
        <source>Preparing the first step</source>
        <translation>正在准备第一步</translation>
    </message>
    <message>
        <source>Fetching the demo model</source>
        <translation>正在获取演示模型</translation>
    </message>
    <message>
        <source>Checking the demo model</source>
        <translation>正在校验演示模型</translation>
    </message>
    <message>
        <source>Building the demo model</source>
        <translation>正在构建演示模型</translation>
    </message>
    <message>
        <source>Building</source>
        <translation>正在构建</translation>
    </message>
    <message>
        <source>Ready</source>
        <translation>就绪</translation>
    </message>
    <message>
        <source>{stage}: {done} of {total}</source>
        <translation>{stage}：{done} / {total}</translation>
    </message>
</context>
<context>
    <name>Statistics</name>
    <message>
        <source>Stopped</source>
        <translation>已停止</translation>
    </message>
    <message>
        <source>Cut at the greatest length</source>
        <translation>已达到最大长度</translation>
    </message>
    <message>
        <source>without the {count} oldest messages</source>
        <translation>未包含最早的 {count} 条消息</translation>
    </message>
    <message>
        <source>first token after {seconds} s</source>
        <translation>首个词元 {seconds} 秒</translation>
    </message>
    <message>
        <source>{count} tokens read</source>
        <translation>读取 {count} 个词元</translation>
    </message>
    <message>
        <source>{count} tokens written</source>
        <translation>生成 {count} 个词元</translation>
    </message>
    <message>
        <source> at {speed}/s</source>
        <translation>，{speed} 个/秒</translation>
    </message>
</context>
<context>
    <name>StatusLine</name>
    <message>
        <source>{used} of {all} experts per token</source>
        <translation>每个词元使用 {used}/{all} 个专家</translation>
    </message>
    <message>
        <source>{count} threads</source>
        <translation>{count} 个线程</translation>
    </message>
    <message>
        <source>Context {used} of {all}</source>
        <translation>上下文 {used} / {all}</translation>
    </message>
    <message>
        <source>No model</source>
        <translation>没有模型</translation>
    </message>
    <message>
        <source>A model is being loaded</source>
        <translation>正在加载模型</translation>
    </message>
    <message>
        <source>{stage}. Esc cancels.</source>
        <translation>{stage}。按 Esc 取消。</translation>
    </message>
</context>
<context>
    <name>Welcome</name>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>进度</translation>
    </message>
    <message>
        <source>What is on your mind?</source>
        <translation>今天想聊点什么？</translation>
    </message>
    <message>
        <source>One moment…</source>
        <translation>请稍候…</translation>
    </message>
    <message>
        <source>No model is loaded</source>
        <translation>尚未加载模型</translation>
    </message>
    <message>
        <source>{model} answers on this computer. Nothing you write leaves it.</source>
        <translation>{model} 在这台电脑上回答，您写的内容不会离开它。</translation>
    </message>
    <message>
        <source>The demo model is being prepared</source>
        <translation>正在准备演示模型</translation>
    </message>
    <message>
        <source>Choose a model at the top left, or open a file.</source>
        <translation>请在左上角选择模型，或打开文件。</translation>
    </message>
    <message>
        <source>Explain why the sky is blue</source>
        <translation>解释天空为什么是蓝色的</translation>
    </message>
    <message>
        <source>Write a short poem about the sea</source>
        <translation>写一首关于大海的短诗</translation>
    </message>
    <message>
        <source>Write a function that reverses a text</source>
        <translation>写一个把文本倒过来的函数</translation>
    </message>
    <message>
        <source>Three ideas for a rainy weekend</source>
        <translation>雨天周末的三个点子</translation>
    </message>
</context>
<context>
    <name>Wizard</name>
    <message>
        <source>No graphics card that KTDesk can use</source>
        <translation>没有 KTDesk 可用的显卡</translation>
    </message>
    <message>
        <source>Models run on the processor alone. That works; long texts are read slowly. NVIDIA cards from the GeForce RTX 30 series on would help.</source>
        <translation>模型只在处理器上运行。可以使用，但阅读长文本较慢。GeForce RTX 30 系列及更新的 NVIDIA 显卡会有帮助。</translation>
    </message>
    <message>
        <source>memory {speed}/s</source>
        <translation>内存 {speed}/秒</translation>
    </message>
    <message>
        <source>graphics card {speed}/s</source>
        <translation>显卡 {speed}/秒</translation>
    </message>
    <message>
        <source>disk {speed}/s</source>
        <translation>硬盘 {speed}/秒</translation>
    </message>
    <message>
        <source>Measured: {speeds}</source>
        <translation>测得速度：{speeds}</translation>
    </message>
    <message>
        <source>A graphics card with {size}: {name}</source>
        <translation>{size} 显存的显卡：{name}</translation>
    </message>
    <message>
        <source>What every word needs is computed on it, and long texts are read fast. {free} of its memory are free.</source>
        <translation>每个词都要用到的部分由它计算，阅读长文本也更快。显存剩余 {free}。</translation>
    </message>
    <message>
        <source>{size} of memory</source>
        <translation>{size} 内存</translation>
    </message>
    <message>
        <source>Most of a large model lies here, so this is how large a model may be. {free} are free now.</source>
        <translation>大模型的大部分放在内存里，所以它决定了模型可以有多大。目前可用 {free}。</translation>
    </message>
    <message>
        <source>{cores} cores</source>
        <translation>{cores} 个核心</translation>
    </message>
    <message>
        <source>{cores} cores with {name}</source>
        <translation>{cores} 个核心，支持 {name}</translation>
    </message>
    <message>
        <source>The best there is: long texts are read several times as fast as without it.</source>
        <translation>目前最好的：阅读长文本的速度是没有它时的数倍。</translation>
    </message>
    <message>
        <source>Good: answers come as fast as the memory allows, and texts are read quickly.</source>
        <translation>不错：回答速度可以达到内存允许的上限，阅读文本也很快。</translation>
    </message>
    <message>
        <source>Enough for answers; long texts take longer than on newer ones.</source>
        <translation>足以生成回答，但阅读长文本比新处理器慢。</translation>
    </message>
    <message>
        <source>Comfortable</source>
        <translation>轻松运行</translation>
    </message>
    <message>
        <source>Tight</source>
        <translation>勉强够用</translation>
    </message>
    <message>
        <source>From the disk: slow</source>
        <translation>需读硬盘，较慢</translation>
    </message>
    <message>
        <source>Will not run</source>
        <translation>无法运行</translation>
    </message>
</context>
<context>
    <name>WizardPage</name>
    <message>
        <source>Step {number} of {count}</source>
        <translation>第 {number} 步，共 {count} 步</translation>
    </message>
    <message>
        <source>Skip all</source>
        <translation>全部跳过</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>上一步</translation>
    </message>
    <message>
        <source>Start chatting</source>
        <translation>开始对话</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>下一步</translation>
    </message>
</context>
</TS>
