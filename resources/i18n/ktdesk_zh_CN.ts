<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
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
        <source>Card's memory</source>
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
    <name>LayerMap</name>
    <message>
        <source>Map of the layers</source>
        <translation>各层分布图</translation>
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
    <message>
        <source>Placement</source>
        <translation>放置</translation>
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
        <source>the processor's cores</source>
        <translation>处理器核心</translation>
    </message>
    <message>
        <source>the card's memory</source>
        <translation>显存</translation>
    </message>
    <message>
        <source>the card's cores</source>
        <translation>显卡核心</translation>
    </message>
    <message>
        <source>the card's slot</source>
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
        <translation>{low} 到 {high} 词元/秒</translation>
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
        <source>Predicted and measured</source>
        <translation>预测与实测</translation>
    </message>
    <message>
        <source>Reading the model's file…</source>
        <translation>正在读取模型文件…</translation>
    </message>
    <message>
        <source>No model is chosen.</source>
        <translation>还没有选择模型。</translation>
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
        <source>How much of a graphics card's memory may be used. 0 takes what is free.</source>
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
        <source>'stop' ends the answer; 'shift' lets the oldest turns go and reads the rest again.</source>
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
        <source>A code such as 'de'; empty follows the system.</source>
        <translation>语言代码，如“de”；留空则跟随系统。</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>主题</translation>
    </message>
    <message>
        <source>'system' follows the desktop.</source>
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
    <name>SpeedChart</name>
    <message>
        <source>Limited by {limits}</source>
        <translation>受限于{limits}</translation>
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
    <name>_Grid</name>
    <message>
        <source>Layer {number}, {what}: {size}, {where}</source>
        <translation>第 {number} 层，{what}：{size}，{where}</translation>
    </message>
</context>
</TS>
