<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN">
    <context>
        <name>GINet</name>
        <message>
            <source>Land cover</source>
            <translation>土地覆盖</translation>
        </message>
        <message>
            <source>{path} is to be a GeoTIFF. Name it .tif.</source>
            <translation>{path} 将以 GeoTIFF 格式写入，请使用 .tif 扩展名。</translation>
        </message>
        <message>
            <source>{name} would overwrite {path}, which this run reads or writes too. Choose another file.</source>
            <translation>{name} 会覆盖本次运行同时读取或写入的 {path}，请另选文件。</translation>
        </message>
        <message>
            <source>The folder {folder} does not exist. Create it, or choose another.</source>
            <translation>文件夹 {folder} 不存在，请创建该文件夹或另选一个。</translation>
        </message>
        <message>
            <source>{name} and another image that this run reads or writes would share the style file {style}. Choose another name or folder for {path}.</source>
            <translation>{name} 会与本次运行读取或写入的另一幅影像共用样式文件 {style}，请为 {path} 另选名称或文件夹。</translation>
        </message>
        <message>
            <source>{path} cannot be written: {reason}. Choose another file.</source>
            <translation>无法写入 {path}：{reason}。请另选文件。</translation>
        </message>
        <message>
            <source>Classify land cover</source>
            <translation>土地覆盖分类</translation>
        </message>
        <message>
            <source>classification,segmentation,deep learning,neural network,land use,imagery,AI</source>
            <translation>分类,语义分割,深度学习,神经网络,土地利用,影像,人工智能</translation>
        </message>
        <message>
            <source>Gives each pixel of an image the land-cover class that a GINet model finds most likely, looking at the whole scene and at its details at once. The result is a GeoTIFF on the image's own pixels, with the model's class names and colours; pixels without data stay without data. The image is processed block by block, so its size does not matter, and by a process of its own, so cancelling works at once. Web maps and other layers that are not files are fetched for the extent first.</source>
            <translation>GINet 模型同时观察整个场景及其细节，为影像的每个像元赋予可能性最大的土地覆盖类别。结果为与影像像元完全对齐的 GeoTIFF，带有模型的类别名称和颜色；无数据像元仍为无数据。影像逐块处理，因此大小不受限制；计算在独立进程中进行，因此可以随时取消。网络地图等非文件图层会先按所选范围获取。</translation>
        </message>
        <message>
            <source>Device used</source>
            <translation>所用设备</translation>
        </message>
        <message>
            <source>Seconds</source>
            <translation>用时（秒）</translation>
        </message>
        <message>
            <source>Areas by class, as JSON</source>
            <translation>各类别面积（JSON）</translation>
        </message>
        <message>
            <source>Per cent of unsure pixels</source>
            <translation>低置信度像元百分比</translation>
        </message>
        <message>
            <source>Image</source>
            <translation>影像</translation>
        </message>
        <message>
            <source>Raster layer to classify: a file, or a WMS, XYZ or other layer with an extent.</source>
            <translation>要分类的栅格图层：文件，或指定了范围的 WMS、XYZ 等图层。</translation>
        </message>
        <message>
            <source>Extent</source>
            <translation>范围</translation>
        </message>
        <message>
            <source>Part of the image to classify, in any CRS; left empty, all of it.</source>
            <translation>要分类的影像范围，可使用任意坐标参照系；留空则处理整幅影像。</translation>
        </message>
        <message>
            <source>Model</source>
            <translation>模型</translation>
        </message>
        <message>
            <source>Name of a model that comes with the plugin ({names}), or a model file.</source>
            <translation>插件自带模型的名称（{names}），或模型文件。</translation>
        </message>
        <message>
            <source>Bands</source>
            <translation>波段</translation>
        </message>
        <message>
            <source>One band for each input of the model, in the model's order (red, green, blue for most). Left empty, they are found by their colour interpretation, else the first ones are taken.</source>
            <translation>按模型的输入顺序为每个输入指定一个波段（多数模型为红、绿、蓝）。留空则按颜色解释查找，找不到时取最前面的波段。</translation>
        </message>
        <message>
            <source>Device</source>
            <translation>计算设备</translation>
        </message>
        <message>
            <source>Where to compute: the processor (cpu), an NVIDIA graphics card (cuda) or an Apple one (mps); auto takes the fastest there is.</source>
            <translation>执行计算的设备：处理器（cpu）、NVIDIA 显卡（cuda）或 Apple 显卡（mps）；auto 自动选用最快的设备。</translation>
        </message>
        <message>
            <source>Resample to the model's resolution</source>
            <translation>重采样到模型的分辨率</translation>
        </message>
        <message>
            <source>Work at the ground resolution that the model was trained at, instead of the image's own. Use it where the two differ by more than a factor of two; the result is on the image's own pixels all the same.</source>
            <translation>按模型训练时的地面分辨率处理，而不使用影像自身的分辨率。两者相差两倍以上时建议启用；结果仍与影像像元对齐。</translation>
        </message>
        <message>
            <source>Pixel size of layers that are not files</source>
            <translation>非文件图层的像元大小</translation>
        </message>
        <message>
            <source>In units of the layer's CRS. Left empty, the layer's own pixels or, of a web map, the zoom level that is nearest to what the model was trained at.</source>
            <translation>以图层坐标参照系的单位表示。留空则使用图层自身的像元；对于网络地图，使用最接近模型训练分辨率的缩放级别。</translation>
        </message>
        <message>
            <source>GeoTIFF of class numbers; 255 is no data. An existing file is replaced.</source>
            <translation>类别编号的 GeoTIFF；255 表示无数据。已有文件将被替换。</translation>
        </message>
        <message>
            <source>Confidence</source>
            <translation>置信度</translation>
        </message>
        <message>
            <source>GeoTIFF with the probability of each pixel's class, in per cent.</source>
            <translation>各像元所属类别概率的 GeoTIFF，以百分比表示。</translation>
        </message>
        <message>
            <source>Probabilities</source>
            <translation>类别概率</translation>
        </message>
        <message>
            <source>GeoTIFF with one band for each class: its probability in per cent.</source>
            <translation>每个类别一个波段的 GeoTIFF，值为该类别的概率（百分比）。</translation>
        </message>
        <message>
            <source>Report</source>
            <translation>报告</translation>
        </message>
        <message>
            <source>HTML files (*.html)</source>
            <translation>HTML 文件 (*.html)</translation>
        </message>
        <message>
            <source>Page with each class's area and how the result was made.</source>
            <translation>列出各类别面积及结果生成方式的网页。</translation>
        </message>
        <message>
            <source>The extent is empty. Choose one with a width and a height.</source>
            <translation>范围为空，请指定具有宽度和高度的范围。</translation>
        </message>
        <message>
            <source>The report {path} cannot be written: {reason}</source>
            <translation>无法写入报告 {path}：{reason}</translation>
        </message>
        <message>
            <source>{share} % of the pixels have a confidence under {limit} %.</source>
            <translation>{share} % 的像元置信度低于 {limit} %。</translation>
        </message>
        <message>
            <source>{rate} million pixels a second on {device}, {time} in all</source>
            <translation>在 {device} 上每秒 {rate} 百万像元，共用时 {time}</translation>
        </message>
        <message>
            <source>Choose a model file</source>
            <translation>选择模型文件</translation>
        </message>
        <message>
            <source>GINet models (*.safetensors)</source>
            <translation>GINet 模型 (*.safetensors)</translation>
        </message>
        <message>
            <source>The run was cancelled.</source>
            <translation>运行已取消。</translation>
        </message>
        <message>
            <source>GINet's engine is not ready: {reason}</source>
            <translation>GINet 引擎尚未就绪：{reason}</translation>
        </message>
        <message>
            <source>Run `make demo` in a checkout or `python3 ginet_qgis/environment.py build`, or set GINET_ENGINE_PYTHON to a Python that has PyTorch and rasterio.</source>
            <translation>请在源码目录中运行 `make demo` 或 `python3 ginet_qgis/environment.py build`，或者将环境变量 GINET_ENGINE_PYTHON 设为已安装 PyTorch 和 rasterio 的 Python。</translation>
        </message>
        <message>
            <source>The engine's Python {python} cannot be started: {reason}</source>
            <translation>无法启动引擎的 Python {python}：{reason}</translation>
        </message>
        <message>
            <source>The engine failed: {reason}</source>
            <translation>引擎运行失败：{reason}</translation>
        </message>
        <message>
            <source>The system stopped the engine, most likely because memory ran out. Close other programs, or run on another device.</source>
            <translation>引擎被系统终止，很可能是因为内存不足。请关闭其他程序，或换用其他计算设备。</translation>
        </message>
        <message>
            <source>The engine ended without a result (code {code}).</source>
            <translation>引擎已退出，但没有返回结果（退出码 {code}）。</translation>
        </message>
        <message>
            <source>The engine does not answer.</source>
            <translation>引擎没有响应。</translation>
        </message>
        <message>
            <source>The engine said something that is no event: {said}</source>
            <translation>引擎输出了无法识别的内容：{said}</translation>
        </message>
        <message>
            <source>The engine speaks version {theirs}, this plugin version {ours}.</source>
            <translation>引擎使用的协议版本为 {theirs}，而本插件使用的版本为 {ours}。</translation>
        </message>
        <message>
            <source>Engine {engine}, model {model}, on {device} ({name}, {precision})</source>
            <translation>引擎 {engine}，模型 {model}，设备 {device}（{name}，{precision}）</translation>
        </message>
        <message>
            <source>{rate} million pixels a second, {left} left</source>
            <translation>每秒 {rate} 百万像元，剩余 {left}</translation>
        </message>
        <message>
            <source>Log: {log}</source>
            <translation>日志：{log}</translation>
        </message>
        <message>
            <source>Bar chart of each class's share</source>
            <translation>各类别占比条形图</translation>
        </message>
        <message>
            <source>GINet land cover</source>
            <translation>GINet 土地覆盖</translation>
        </message>
        <message>
            <source>R&amp;un</source>
            <translation>运行(&amp;U)</translation>
        </message>
        <message>
            <source>C&amp;ancel</source>
            <translation>取消(&amp;A)</translation>
        </message>
        <message>
            <source>Progress of the run</source>
            <translation>运行进度</translation>
        </message>
        <message>
            <source>Speed and time left</source>
            <translation>速度与剩余时间</translation>
        </message>
        <message>
            <source>What came of the run</source>
            <translation>运行结果信息</translation>
        </message>
        <message>
            <source>Cancelling…</source>
            <translation>正在取消…</translation>
        </message>
        <message>
            <source>Starting…</source>
            <translation>正在启动…</translation>
        </message>
        <message>
            <source>The project was closed, so the run was cancelled.</source>
            <translation>工程已关闭，因此运行已取消。</translation>
        </message>
        <message>
            <source>The run failed.</source>
            <translation>运行失败。</translation>
        </message>
        <message>
            <source>QGIS cannot open {path}.</source>
            <translation>QGIS 无法打开 {path}。</translation>
        </message>
        <message>
            <source>Classified in {time} on {device}.</source>
            <translation>分类完成，用时 {time}，设备：{device}。</translation>
        </message>
        <message>
            <source>Whole layer</source>
            <translation>整个图层</translation>
        </message>
        <message>
            <source>What the map shows</source>
            <translation>地图当前显示范围</translation>
        </message>
        <message>
            <source>Drawn rectangle</source>
            <translation>绘制的矩形</translation>
        </message>
        <message>
            <source>Selected polygons</source>
            <translation>选中的多边形</translation>
        </message>
        <message>
            <source>Draw on the map</source>
            <translation>在地图上绘制</translation>
        </message>
        <message>
            <source>Layer with the selected polygons</source>
            <translation>含选中多边形的图层</translation>
        </message>
        <message>
            <source>Draw a rectangle on the map, or choose another extent.</source>
            <translation>请在地图上绘制矩形，或选择其他范围。</translation>
        </message>
        <message>
            <source>There is no polygon layer. Choose another extent.</source>
            <translation>没有多边形图层，请选择其他范围。</translation>
        </message>
        <message>
            <source>No polygon of {name} is selected. Select some, or choose another extent.</source>
            <translation>{name} 中没有选中的多边形。请先选中多边形，或选择其他范围。</translation>
        </message>
        <message>
            <source>Drawn.</source>
            <translation>已绘制。</translation>
        </message>
        <message>
            <source>Nothing is drawn yet.</source>
            <translation>尚未绘制。</translation>
        </message>
        <message>
            <source>As the map is when the run starts.</source>
            <translation>以开始运行时的地图范围为准。</translation>
        </message>
        <message>
            <source>The rectangle around them is classified, including what lies between the polygons.</source>
            <translation>对选中多边形的外接矩形进行分类，多边形之间的区域也包括在内。</translation>
        </message>
        <message>
            <source>Fastest available</source>
            <translation>自动选择最快的设备</translation>
        </message>
        <message>
            <source>Processor</source>
            <translation>处理器</translation>
        </message>
        <message>
            <source>NVIDIA graphics card</source>
            <translation>NVIDIA 显卡</translation>
        </message>
        <message>
            <source>Apple graphics chip</source>
            <translation>Apple 图形芯片</translation>
        </message>
        <message>
            <source>GeoTIFF (*.tif *.tiff)</source>
            <translation>GeoTIFF (*.tif *.tiff)</translation>
        </message>
        <message>
            <source>Save the land cover</source>
            <translation>保存土地覆盖结果</translation>
        </message>
        <message>
            <source>Temporary layer</source>
            <translation>临时图层</translation>
        </message>
        <message>
            <source>File for the result; empty: temporary layer</source>
            <translation>结果文件；留空则为临时图层</translation>
        </message>
        <message>
            <source>Add the confidence map &amp;too</source>
            <translation>同时添加置信度图(&amp;T)</translation>
        </message>
        <message>
            <source>A second layer; beside an output file it is NAME_confidence.tif.</source>
            <translation>作为第二个图层；如指定了输出文件，则在同一文件夹中保存为“文件名_confidence.tif”。</translation>
        </message>
        <message>
            <source>&amp;Image</source>
            <translation>影像(&amp;I)</translation>
        </message>
        <message>
            <source>E&amp;xtent</source>
            <translation>范围(&amp;X)</translation>
        </message>
        <message>
            <source>&amp;GINet model</source>
            <translation>GINet 模型(&amp;G)</translation>
        </message>
        <message>
            <source>Compute o&amp;n</source>
            <translation>计算设备(&amp;N)</translation>
        </message>
        <message>
            <source>Output &amp;file</source>
            <translation>输出文件(&amp;F)</translation>
        </message>
        <message>
            <source>There is no image. Add a raster layer to the project: Layer &gt; Add Layer.</source>
            <translation>没有影像。请向工程中添加栅格图层：图层 &gt; 添加图层。</translation>
        </message>
        <message>
            <source>{path} is open as the layer {name}. Choose another output file, or remove that layer first.</source>
            <translation>{path} 已作为图层 {name} 打开。请另选输出文件，或先移除该图层。</translation>
        </message>
        <message>
            <source>Information</source>
            <translation>信息</translation>
        </message>
        <message>
            <source>Warning</source>
            <translation>警告</translation>
        </message>
        <message>
            <source>Error</source>
            <translation>错误</translation>
        </message>
        <message>
            <source>Classes of the model</source>
            <translation>模型的类别</translation>
        </message>
        <message>
            <source>About the model</source>
            <translation>关于该模型</translation>
        </message>
        <message>
            <source>Choose a model file.</source>
            <translation>请选择模型文件。</translation>
        </message>
        <message>
            <source>The model file {path} is gone. Choose another model.</source>
            <translation>模型文件 {path} 已不存在，请选择其他模型。</translation>
        </message>
        <message>
            <source>{path} is no GINet model. Choose another.</source>
            <translation>{path} 不是 GINet 模型，请另选一个。</translation>
        </message>
        <message>
            <source>Trained on: {data}</source>
            <translation>训练数据：{data}</translation>
        </message>
        <message>
            <source>Made for {finest} to {coarsest} m a pixel</source>
            <translation>适用分辨率：每像元 {finest} 至 {coarsest} 米</translation>
        </message>
        <message>
            <source>{metric} on {data}: {value}</source>
            <translation>{data} 上的 {metric}：{value}</translation>
        </message>
        <message>
            <source>Licence: {licence}</source>
            <translation>许可证：{licence}</translation>
        </message>
        <message>
            <source>Confidence of the result</source>
            <translation>结果的置信度</translation>
        </message>
        <message>
            <source>Class</source>
            <translation>类别</translation>
        </message>
        <message>
            <source>Area</source>
            <translation>面积</translation>
        </message>
        <message>
            <source>Per cent</source>
            <translation>百分比</translation>
        </message>
        <message>
            <source>Area of each class</source>
            <translation>各类别面积</translation>
        </message>
        <message>
            <source>Copy</source>
            <translation>复制</translation>
        </message>
        <message>
            <source>Copy the table to the clipboard</source>
            <translation>将表格复制到剪贴板</translation>
        </message>
        <message>
            <source>Save as CSV…</source>
            <translation>另存为 CSV…</translation>
        </message>
        <message>
            <source>Saving the table</source>
            <translation>保存表格</translation>
        </message>
        <message>
            <source>Check them by hand; the confidence map shows where they are.</source>
            <translation>请人工检查这些像元；置信度图显示了它们的位置。</translation>
        </message>
        <message>
            <source>Copied.</source>
            <translation>已复制。</translation>
        </message>
        <message>
            <source>Save the table</source>
            <translation>保存表格</translation>
        </message>
        <message>
            <source>CSV files (*.csv)</source>
            <translation>CSV 文件 (*.csv)</translation>
        </message>
        <message>
            <source>Saved: {path}</source>
            <translation>已保存：{path}</translation>
        </message>
        <message>
            <source>Opacity of the result, in per cent</source>
            <translation>结果的不透明度（百分比）</translation>
        </message>
        <message>
            <source>Opacit&amp;y</source>
            <translation>不透明度(&amp;Y)</translation>
        </message>
        <message>
            <source>&amp;Blink</source>
            <translation>闪烁对比(&amp;B)</translation>
        </message>
        <message>
            <source>Show and hide the result in turn, to compare it with its source</source>
            <translation>交替显示和隐藏结果，以便与原始影像对比</translation>
        </message>
        <message>
            <source>In QGIS {name} has other no-data values than in its file, and the file is what is classified. If they matter, set them in a copy with Raster &gt; Conversion &gt; Translate, and classify that.</source>
            <translation>{name} 在 QGIS 中的无数据值与其文件中的不同，而分类所用的是文件。如需采用，请用“栅格 &gt; 转换 &gt; 转换格式”在副本中设置，再对副本分类。</translation>
        </message>
        <message>
            <source>In QGIS {name} has the CRS {crs}, in its file {other}; the result's file and its areas go by the file. If that is wrong, set the file's CRS with Raster &gt; Projections &gt; Assign Projection.</source>
            <translation>{name} 在 QGIS 中的坐标参考系为 {crs}，在其文件中为 {other}；结果文件及其面积以文件为准。如有误，请用“栅格 &gt; 投影 &gt; 指定投影”设置文件的坐标参考系。</translation>
        </message>
        <message>
            <source>none</source>
            <translation>无</translation>
        </message>
        <message>
            <source>{name} has no limits of its own. Choose an extent.</source>
            <translation>{name} 自身没有边界，请指定范围。</translation>
        </message>
        <message>
            <source>The extent does not touch {name}. Choose another extent.</source>
            <translation>所选范围与 {name} 不相交，请另选范围。</translation>
        </message>
        <message>
            <source>{name} would be fetched as {columns} × {rows} pixels; at most {limit} million are. Choose a smaller extent or a larger pixel size.</source>
            <translation>{name} 将获取 {columns} × {rows} 个像元，而上限为 {limit} 百万个。请缩小范围或增大像元大小。</translation>
        </message>
        <message>
            <source>{name} is no file: fetching {columns} × {rows} pixels</source>
            <translation>{name} 不是文件：正在获取 {columns} × {rows} 个像元</translation>
        </message>
        <message>
            <source>{name} cannot be read.</source>
            <translation>无法读取 {name}。</translation>
        </message>
        <message>
            <source>{name} could not be exported (code {code}).</source>
            <translation>无法导出 {name}（错误码 {code}）。</translation>
        </message>
        <message>
            <source>{name} delivered no picture for the extent. Check the connection, and that the layer covers the extent.</source>
            <translation>{name} 在该范围内未返回任何影像。请检查网络连接，并确认图层覆盖该范围。</translation>
        </message>
        <message>
            <source>{name} delivered no picture for {share} % of the extent.</source>
            <translation>{name} 在 {share} % 的范围内未返回影像。</translation>
        </message>
        <message>
            <source>building</source>
            <translation>建筑物</translation>
        </message>
        <message>
            <source>road</source>
            <translation>道路</translation>
        </message>
        <message>
            <source>bare land</source>
            <translation>裸地</translation>
        </message>
        <message>
            <source>low vegetation</source>
            <translation>低矮植被</translation>
        </message>
        <message>
            <source>tree</source>
            <translation>乔木</translation>
        </message>
        <message>
            <source>water</source>
            <translation>水体</translation>
        </message>
        <message>
            <source>vegetation</source>
            <translation>植被</translation>
        </message>
        <message>
            <source>background</source>
            <translation>背景</translation>
        </message>
        <message>
            <source>agriculture</source>
            <translation>农用地</translation>
        </message>
        <message>
            <source>forest</source>
            <translation>林地</translation>
        </message>
        <message>
            <source>grassland</source>
            <translation>草地</translation>
        </message>
        <message>
            <source>wetland</source>
            <translation>湿地</translation>
        </message>
        <message>
            <source>Land cover of {name}</source>
            <translation>{name} 的土地覆盖</translation>
        </message>
        <message>
            <source>Each pixel's land-cover class: {classes}.</source>
            <translation>各像元的土地覆盖类别：{classes}。</translation>
        </message>
        <message>
            <source>Confidence of the land cover of {name}</source>
            <translation>{name} 土地覆盖的置信度</translation>
        </message>
        <message>
            <source>Probability of each pixel's class, in per cent.</source>
            <translation>各像元所属类别的概率，以百分比表示。</translation>
        </message>
        <message>
            <source>Class probabilities of {name}</source>
            <translation>{name} 的类别概率</translation>
        </message>
        <message>
            <source>One band for each class, in per cent: {classes}.</source>
            <translation>每个类别一个波段，以百分比表示：{classes}。</translation>
        </message>
        <message>
            <source>Land cover dock</source>
            <translation>土地覆盖面板</translation>
        </message>
        <message>
            <source>Areas</source>
            <translation>面积统计</translation>
        </message>
        <message>
            <source>How it was made</source>
            <translation>生成方式</translation>
        </message>
        <message>
            <source>{pixels} pixels classified in {time} on {device}</source>
            <translation>在 {device} 上用时 {time}，共分类 {pixels} 个像元</translation>
        </message>
        <message>
            <source>Pixels</source>
            <translation>像元数</translation>
        </message>
        <message>
            <source>Share</source>
            <translation>占比</translation>
        </message>
        <message>
            <source>Total</source>
            <translation>合计</translation>
        </message>
        <message>
            <source>Speed</source>
            <translation>速度</translation>
        </message>
        <message>
            <source>{rate} million pixels a second</source>
            <translation>每秒 {rate} 百万像元</translation>
        </message>
        <message>
            <source>Pixels without data</source>
            <translation>无数据像元</translation>
        </message>
        <message>
            <source>Software</source>
            <translation>软件</translation>
        </message>
        <message>
            <source>Date</source>
            <translation>日期</translation>
        </message>
        <message>
            <source>Input</source>
            <translation>输入</translation>
        </message>
        <message>
            <source>Values scaled from</source>
            <translation>像元值缩放区间</translation>
        </message>
        <message>
            <source>Resampled by</source>
            <translation>重采样倍数</translation>
        </message>
        <message>
            <source>Model's SHA-256</source>
            <translation>模型的 SHA-256</translation>
        </message>
        <message>
            <source>Model's licence</source>
            <translation>模型许可证</translation>
        </message>
        <message>
            <source>Model trained on</source>
            <translation>模型训练数据</translation>
        </message>
        <message>
            <source>Patch, overlap and context</source>
            <translation>图块、重叠与上下文大小</translation>
        </message>
        <message>
            <source>Precision</source>
            <translation>计算精度</translation>
        </message>
    </context>
</TS>
