<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN">
    <context>
        <name>GINet</name>
        <message>
            <source>Assess accuracy</source>
            <translation>精度评价</translation>
        </message>
        <message>
            <source>accuracy,confusion matrix,error matrix,kappa,IoU,F1,validation,area estimation</source>
            <translation>精度,混淆矩阵,误差矩阵,Kappa,IoU,F1,验证,面积估计</translation>
        </message>
        <message>
            <source>Compares a classified raster with reference labels: points, polygons or another raster. The report has the confusion matrix, overall, user's and producer's accuracy, F1, IoU and kappa, and estimates of accuracy and area with 95 % confidence intervals as Olofsson et al. (2014) and Stehman (2014) advise. These intervals hold for labels at places drawn at random; the algorithm that draws a sample makes such points. The rasters are read block by block, so their size does not matter.</source>
            <translation>将分类栅格与参考标注（点、多边形或另一幅栅格）进行比较。报告包括混淆矩阵、总体精度、用户精度、生产者精度、F1、IoU 和 Kappa 系数，以及按 Olofsson 等（2014）和 Stehman（2014）的方法得到的精度与面积估计及其 95 % 置信区间。这些区间适用于随机抽取位置上的标注；抽样算法可生成这样的样点。栅格逐块读取，因此大小不受限制。</translation>
        </message>
        <message>
            <source>Classified raster</source>
            <translation>分类栅格</translation>
        </message>
        <message>
            <source>Map to assess: a raster file with a class number in each pixel of its first band.</source>
            <translation>要评价的地图：第一波段各像元为类别编号的栅格文件。</translation>
        </message>
        <message>
            <source>Reference</source>
            <translation>参考数据</translation>
        </message>
        <message>
            <source>What is true: points or polygons with a class each, or a raster of class numbers. Where its CRS or pixels differ from the map's, it is brought onto the map.</source>
            <translation>真实情况：带有类别的点或多边形，或由类别编号组成的栅格。若其坐标参照系或像元与地图不同，将变换到地图上。</translation>
        </message>
        <message>
            <source>Of points and polygons: the field with class numbers, or with names of the map's classes. Left empty, the field named reference. Features without a value are left out.</source>
            <translation>用于点和多边形：存放类别编号或地图类别名称的字段。留空则使用名为 reference 的字段。没有值的要素不参与计算。</translation>
        </message>
        <message>
            <source>Strata</source>
            <translation>抽样分层</translation>
        </message>
        <message>
            <source>Raster of the strata that the points were drawn from, if it is not the map itself but, for example, an earlier one. Left empty, the map's classes are the strata.</source>
            <translation>抽取样点时所用的分层栅格，适用于分层依据不是本地图（例如更早的地图）的情况。留空则以地图类别为层。</translation>
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
            <source>Page with all figures, charts and what limits them.</source>
            <translation>包含全部数值、图表及其局限性的网页。</translation>
        </message>
        <message>
            <source>Confusion matrix</source>
            <translation>混淆矩阵</translation>
        </message>
        <message>
            <source>CSV files (*.csv)</source>
            <translation>CSV 文件 (*.csv)</translation>
        </message>
        <message>
            <source>Table of labelled pixels: map in rows, reference in columns.</source>
            <translation>已标注像元的表格：行为地图类别，列为参考类别。</translation>
        </message>
        <message>
            <source>Overall accuracy</source>
            <translation>总体精度</translation>
        </message>
        <message>
            <source>Kappa</source>
            <translation>Kappa 系数</translation>
        </message>
        <message>
            <source>All figures, as JSON</source>
            <translation>全部数值（JSON）</translation>
        </message>
        <message>
            <source>The reference cannot be opened. Choose points, polygons or a raster.</source>
            <translation>无法打开参考数据，请选择点、多边形或栅格。</translation>
        </message>
        <message>
            <source>{name} has no field {field}. Choose the field of the classes.</source>
            <translation>{name} 没有字段 {field}，请选择类别字段。</translation>
        </message>
        <message>
            <source>Accuracy of {name}</source>
            <translation>{name} 的精度</translation>
        </message>
        <message>
            <source>Land cover</source>
            <translation>土地覆盖</translation>
        </message>
        <message>
            <source>{name} would overwrite {path}, which is {other} or belongs to it. Choose another file.</source>
            <translation>{name} 会覆盖 {path}，它就是 {other} 或其一部分，请另选文件。</translation>
        </message>
        <message>
            <source>{path} is to be a GeoPackage of its own. Name it .gpkg.</source>
            <translation>{path} 应是单独的 GeoPackage 文件。请以 .gpkg 命名。</translation>
        </message>
        <message>
            <source>{name} names no file to write. Choose one.</source>
            <translation>{name} 没有指定要写入的文件，请选择一个。</translation>
        </message>
        <message>
            <source>The report {path} cannot be written: {reason}</source>
            <translation>无法写入报告 {path}：{reason}</translation>
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
            <source>The extent is empty. Choose one with a width and a height.</source>
            <translation>范围为空，请指定具有宽度和高度的范围。</translation>
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
            <source>Bands</source>
            <translation>波段</translation>
        </message>
        <message>
            <source>One band for each input of the model, in the model's order (red, green, blue for most). Left empty, they are found by their colour interpretation, else the first ones are taken.</source>
            <translation>按模型的输入顺序为每个输入指定一个波段（多数模型为红、绿、蓝）。留空则按颜色解释查找，找不到时取最前面的波段。</translation>
        </message>
        <message>
            <source>Minimum mapping unit (square metres)</source>
            <translation>最小制图单元（平方米）</translation>
        </message>
        <message>
            <source>Smaller patches of a class go to the neighbour with the longest common border, so that the map has no specks. Left empty, each pixel keeps its class.</source>
            <translation>更小的图斑归入公共边界最长的相邻图斑，使地图没有碎斑。留空则每个像元保持自己的类别。</translation>
        </message>
        <message>
            <source>Resample to the model's resolution</source>
            <translation>重采样到模型的分辨率</translation>
        </message>
        <message>
            <source>Work at the ground resolution that the model was trained at, where the image's own is finer or coarser; the result is on the image's own pixels all the same. Switch it off to work on the image's own pixels whatever their size.</source>
            <translation>影像分辨率高于或低于模型训练时的地面分辨率时，按后者处理；结果仍与影像像元对齐。关闭此项则无论像元大小都按影像自身的像元处理。</translation>
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
            <source>Count unsure pixels</source>
            <translation>统计不确定的像元</translation>
        </message>
        <message>
            <source>Tell how many pixels have a confidence under {limit} %, also where no raster of the confidence is wanted; where one is, it is told anyway.</source>
            <translation>告知有多少像元的置信度低于 {limit} %，即使不需要置信度栅格；需要时总会告知。</translation>
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
            <source>Polygons</source>
            <translation>多边形</translation>
        </message>
        <message>
            <source>GeoPackage with a feature for each connected patch of a class.</source>
            <translation>GeoPackage，每个类别的每个连通图斑一个要素。</translation>
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
            <source>Page with each class's area and how the result was made.</source>
            <translation>列出各类别面积及结果生成方式的网页。</translation>
        </message>
        <message>
            <source>{path} is to be a GeoTIFF. Name it .tif.</source>
            <translation>{path} 将以 GeoTIFF 格式写入，请使用 .tif 扩展名。</translation>
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
            <source>Fine-tune a model</source>
            <translation>微调模型</translation>
        </message>
        <message>
            <source>training,fine-tuning,transfer learning,labels,samples,classes,model,AI</source>
            <translation>训练,微调,迁移学习,标注,样本,类别,模型,人工智能</translation>
        </message>
        <message>
            <source>Teaches a GINet model an image and its classes from a few labelled polygons, in seconds and without a graphics card. Draw some polygons of each class at different places, 3 of each or more; each needs to hold nothing but its class. The classes may be the base model's, parts of them or others. Where some are the base model's, its classes without labels stay on the map too, unless you do not want them. Parts of the labelled ground are held out in turn to find out what is gained; the report tells it, and where nothing is, the base model is kept. The new model is then in the list of models.</source>
            <translation>用少量标注多边形让 GINet 模型学会一幅影像及其类别，只需数秒，不需要显卡。请在不同位置为每个类别绘制一些多边形，每类 3 个或更多；每个多边形内只能有它的类别。类别可以是基础模型的类别、其中的一部分或其他类别。若其中有基础模型的类别，基础模型未标注的类别也会留在地图上，除非您不需要它们。标注区域会轮流留出一部分以查明改进了多少，报告会给出结果；没有改进时保留基础模型。之后新模型会出现在模型列表中。</translation>
        </message>
        <message>
            <source>The labels cannot be opened. Choose polygons or a raster.</source>
            <translation>无法打开标注。请选择多边形或栅格。</translation>
        </message>
        <message>
            <source>Fine-tuning to {name}</source>
            <translation>针对 {name} 的微调</translation>
        </message>
        <message>
            <source>{path} is to be a model. Name it .safetensors.</source>
            <translation>{path} 应为模型文件，请以 .safetensors 命名。</translation>
        </message>
        <message>
            <source>{path} cannot be written: {reason}. Choose another folder in the settings.</source>
            <translation>无法写入 {path}：{reason}。请在设置中选择其他文件夹。</translation>
        </message>
        <message>
            <source>{name} is no file, so its labels must be polygons.</source>
            <translation>{name} 不是文件，因此其标注必须是多边形。</translation>
        </message>
        <message>
            <source>Labels</source>
            <translation>标注</translation>
        </message>
        <message>
            <source>Base model</source>
            <translation>基础模型</translation>
        </message>
        <message>
            <source>Seed</source>
            <translation>随机种子</translation>
        </message>
        <message>
            <source>Classes: {names}</source>
            <translation>类别：{names}</translation>
        </message>
        <message>
            <source>Kept from the base model, without labels: {names}</source>
            <translation>来自基础模型、没有标注而保留的类别：{names}</translation>
        </message>
        <message>
            <source>New model</source>
            <translation>新模型</translation>
        </message>
        <message>
            <source>GINet models (*.safetensors)</source>
            <translation>GINet 模型 (*.safetensors)</translation>
        </message>
        <message>
            <source>Model file. Models in the folder ginet/models of the user profile are in the list of models; others are chosen as files. An existing file is replaced.</source>
            <translation>模型文件。用户配置文件夹下 ginet/models 中的模型会出现在模型列表中，其他位置的模型需按文件选择。已有文件将被替换。</translation>
        </message>
        <message>
            <source>Page with what was gained for each class, and of which to label more.</source>
            <translation>网页，列出每个类别的改进程度，以及哪些类别需要更多标注。</translation>
        </message>
        <message>
            <source>mIoU before</source>
            <translation>微调前 mIoU</translation>
        </message>
        <message>
            <source>mIoU after</source>
            <translation>微调后 mIoU</translation>
        </message>
        <message>
            <source>Raster layer that the labels are drawn on: a file, or a WMS or XYZ layer.</source>
            <translation>绘制标注所依据的栅格图层：文件，或 WMS、XYZ 图层。</translation>
        </message>
        <message>
            <source>Polygons with a class each, in any CRS, or a raster of class numbers on the image's own pixels, in which 255 and no data are unlabelled.</source>
            <translation>每个都有类别的多边形（任意坐标系），或与影像像元一致的类别编号栅格，其中 255 和无数据表示未标注。</translation>
        </message>
        <message>
            <source>Of polygons: the field with class names or numbers. Left empty, the field named class. Numbers are named by the layer's categories or the field's list of values, else they are the base model's.</source>
            <translation>多边形中存放类别名称或编号的字段；留空则使用名为 class 的字段。编号的名称取自图层的分类符号或字段的值列表，否则按基础模型的类别解释。</translation>
        </message>
        <message>
            <source>Minutes at most</source>
            <translation>最长时间（分钟）</translation>
        </message>
        <message>
            <source>An upper bound: a run takes seconds as a rule. Where this is too short, fewer labels are read, and fewer of them held out.</source>
            <translation>时间上限：运行通常只需数秒。时间太短时，读取的标注和留出的标注都会减少。</translation>
        </message>
        <message>
            <source>One band for each input of the model, as for a classification.</source>
            <translation>模型的每个输入对应一个波段，与分类时相同。</translation>
        </message>
        <message>
            <source>Label</source>
            <translation>标注</translation>
        </message>
        <message>
            <source>Name</source>
            <translation>名称</translation>
        </message>
        <message>
            <source>Colour</source>
            <translation>颜色</translation>
        </message>
        <message>
            <source>In the base model</source>
            <translation>基础模型中</translation>
        </message>
        <message>
            <source>Classes</source>
            <translation>类别</translation>
        </message>
        <message>
            <source>For labels that are to become classes of other names or colours, or that are other classes of the base model than the one of the same name, by which the two are compared; several are separated by semicolons, none means a new class.</source>
            <translation>用于要成为其他名称或颜色的类别的标注，或者对应基础模型中并非同名的类别的标注（新旧模型按这些类别比较）；多个类别用分号分隔，留空表示新类别。</translation>
        </message>
        <message>
            <source>Of everything random, such as which ground is held out.</source>
            <translation>用于一切随机过程，例如留出哪些区域。</translation>
        </message>
        <message>
            <source>Choose a model file</source>
            <translation>选择模型文件</translation>
        </message>
        <message>
            <source>Name of a model that comes with the plugin ({names}), or a model file.</source>
            <translation>插件自带模型的名称（{names}），或模型文件。</translation>
        </message>
        <message>
            <source>Field of the classes</source>
            <translation>类别字段</translation>
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
            <source>Make polygons</source>
            <translation>生成多边形</translation>
        </message>
        <message>
            <source>vectorize,polygonize,raster to vector,sieve,minimum mapping unit,generalize,simplify,building footprints,orthogonalize</source>
            <translation>矢量化,多边形化,栅格转矢量,筛除,最小制图单元,概化,简化,建筑物轮廓,直角化</translation>
        </message>
        <message>
            <source>Makes a feature of each connected patch of a class of a classified raster, with its class, area on the ellipsoid, perimeter and, if you like, mean confidence. Patches under a minimum mapping unit go to the neighbour with the longest common border. Where outlines are simplified or smoothed, neighbours keep their borders in common, without gaps or overlaps. Outlines of buildings can be made regular, with right angles. The raster is read strip by strip, so its size does not matter.</source>
            <translation>把分类栅格中每个类别的每个连通图斑变成一个要素，带有类别、椭球面积、周长，以及可选的平均置信度。小于最小制图单元的图斑归入公共边界最长的相邻图斑。简化或平滑轮廓时，相邻图斑保持公共边界，没有缝隙，也没有重叠。建筑物的轮廓可以规则化为直角。栅格逐条带读取，因此大小不限。</translation>
        </message>
        <message>
            <source>GeoPackage with a feature for each patch. An existing file is replaced.</source>
            <translation>GeoPackage，每个图斑一个要素。已有文件会被替换。</translation>
        </message>
        <message>
            <source>Footprints</source>
            <translation>建筑物轮廓</translation>
        </message>
        <message>
            <source>GeoPackage with the regular outline of each building.</source>
            <translation>GeoPackage，含每座建筑物的规则轮廓。</translation>
        </message>
        <message>
            <source>Generalised raster</source>
            <translation>概化后的栅格</translation>
        </message>
        <message>
            <source>GeoTIFF of the classes without the small patches.</source>
            <translation>去掉小图斑后的类别 GeoTIFF。</translation>
        </message>
        <message>
            <source>Number of polygons</source>
            <translation>多边形数</translation>
        </message>
        <message>
            <source>A raster file with a class number in each pixel of its first band.</source>
            <translation>第一波段每个像元为类别编号的栅格文件。</translation>
        </message>
        <message>
            <source>Names or numbers of the classes that become polygons, with commas between them; left empty, all.</source>
            <translation>要变成多边形的类别的名称或编号，以逗号分隔；留空则为全部。</translation>
        </message>
        <message>
            <source>Smaller patches go to the neighbour with the longest common border, the smallest first. Left empty, all patches stay.</source>
            <translation>更小的图斑归入公共边界最长的相邻图斑，从最小的开始。留空则保留所有图斑。</translation>
        </message>
        <message>
            <source>Simplify outlines (metres)</source>
            <translation>简化轮廓（米）</translation>
        </message>
        <message>
            <source>How far outlines may be moved. From one pixel's side on, the steps of pixels go. Left empty, outlines follow the pixels.</source>
            <translation>轮廓最多可以移动多远。达到一个像元边长时，像元的阶梯就会消失。留空则轮廓沿像元边缘。</translation>
        </message>
        <message>
            <source>Smooth outlines</source>
            <translation>平滑轮廓</translation>
        </message>
        <message>
            <source>Round off the corners of outlines, after they were simplified.</source>
            <translation>在简化之后，把轮廓的拐角修圆。</translation>
        </message>
        <message>
            <source>Fill holes (square metres)</source>
            <translation>填充孔洞（平方米）</translation>
        </message>
        <message>
            <source>Holes in a polygon that are smaller are filled, if what lies in them becomes no polygon: other classes, or no data.</source>
            <translation>多边形中更小的孔洞会被填充，前提是其中的内容不变成多边形：其他类别或无数据。</translation>
        </message>
        <message>
            <source>Raster of per cent, as classifying writes it; its mean becomes a field.</source>
            <translation>百分比栅格，如分类时所写；其平均值成为一个字段。</translation>
        </message>
        <message>
            <source>Classes of buildings</source>
            <translation>建筑物类别</translation>
        </message>
        <message>
            <source>Of which classes footprints are made: names or numbers, with commas.</source>
            <translation>为哪些类别生成建筑物轮廓：名称或编号，以逗号分隔。</translation>
        </message>
        <message>
            <source>Tolerance of footprints (metres)</source>
            <translation>建筑物轮廓的容差（米）</translation>
        </message>
        <message>
            <source>No wall is further from the pixels than this. Left empty, twice the side of a pixel; for buildings as a model finds them, about a metre is good.</source>
            <translation>任何墙线离像元都不会超过此距离。留空则为像元边长的两倍；对模型找到的建筑物，约一米较好。</translation>
        </message>
        <message>
            <source>Cut buildings at necks narrower than (metres)</source>
            <translation>在窄于此值的颈部切开建筑物（米）</translation>
        </message>
        <message>
            <source>Buildings that the map has merged are cut apart where they hang together by less; each part becomes a footprint. 0 cuts none.</source>
            <translation>地图上合并在一起的建筑物，在相连处更窄的地方被切开，每个部分成为一个轮廓。0 表示不切。</translation>
        </message>
        <message>
            <source>Footprints are wanted, but not of which class. Name the class of buildings.</source>
            <translation>需要建筑物轮廓，但没有说明是哪个类别。请指定建筑物类别。</translation>
        </message>
        <message>
            <source>{name}: {count} polygons</source>
            <translation>{name}：{count} 个多边形</translation>
        </message>
        <message>
            <source>{count} of {all} footprints have right angles.</source>
            <translation>{all} 个建筑物轮廓中有 {count} 个为直角。</translation>
        </message>
        <message>
            <source>Draw a sample for labelling</source>
            <translation>抽取待标注样点</translation>
        </message>
        <message>
            <source>sampling,stratified,random points,accuracy,validation,reference,labels</source>
            <translation>抽样,分层随机抽样,随机点,精度,验证,参考数据,标注</translation>
        </message>
        <message>
            <source>Draws points at random from each class of a classified raster, as many as an accuracy assessment needs (Olofsson et al. 2014, equation 13) and shared out in proportion to the area of the classes, but no fewer than a minimum for each. Each point lies in the centre of a pixel. Find out each point's true class, in imagery or in the field, and choose it in the point's field reference; then assess the accuracy of the map with the points.</source>
            <translation>分层随机抽样：从分类栅格的每个类别中随机抽取样点，总数满足精度评价的需要（Olofsson 等 2014，式 13），按类别面积比例分配，且每类不少于最小数量。每个样点位于像元中心。请通过影像或实地调查确定各样点的真实类别，并在其 reference 字段中选择；然后用这些样点评价地图精度。</translation>
        </message>
        <message>
            <source>Number of points</source>
            <translation>样点数</translation>
        </message>
        <message>
            <source>Left empty, as many as the standard error below takes.</source>
            <translation>留空则按下面的标准误差计算所需数量。</translation>
        </message>
        <message>
            <source>Standard error wanted for the overall accuracy</source>
            <translation>总体精度的目标标准误差</translation>
        </message>
        <message>
            <source>0.01 makes a 95 % confidence interval of about ± 2 per cent.</source>
            <translation>0.01 对应约 ± 2 个百分点的 95 % 置信区间。</translation>
        </message>
        <message>
            <source>User's accuracies expected</source>
            <translation>预期用户精度</translation>
        </message>
        <message>
            <source>A guess, from 0 to 1: one for all classes and, if you like, others for single ones by number or name, as in 0.8, water=0.95, 3=0.6. The nearer to 0.5, the more points are needed.</source>
            <translation>0 到 1 之间的预估值：一个用于所有类别，也可按编号或名称为个别类别另行指定，例如 0.8, water=0.95, 3=0.6。越接近 0.5，所需样点越多。</translation>
        </message>
        <message>
            <source>Points of each class at least</source>
            <translation>每类最少样点数</translation>
        </message>
        <message>
            <source>50 to 100 are usual, so that the accuracy of rare classes is known too.</source>
            <translation>通常为 50 到 100，以便也能得知稀有类别的精度。</translation>
        </message>
        <message>
            <source>The same seed and raster give the same points.</source>
            <translation>相同的种子和栅格得到相同的样点。</translation>
        </message>
        <message>
            <source>Hide the map's class while labelling</source>
            <translation>标注时隐藏地图类别</translation>
        </message>
        <message>
            <source>So that who labels a point is not led by what the map says.</source>
            <translation>使标注者不受地图结果的影响。</translation>
        </message>
        <message>
            <source>Points to label</source>
            <translation>待标注样点</translation>
        </message>
        <message>
            <source>Points in the map's CRS with a number, the map's class (stratum) and the field to fill in (reference).</source>
            <translation>采用地图坐标参照系的样点，带有编号、地图类别（stratum）和待填写的字段（reference）。</translation>
        </message>
        <message>
            <source>Allocation</source>
            <translation>样点分配</translation>
        </message>
        <message>
            <source>Text files (*.txt)</source>
            <translation>文本文件 (*.txt)</translation>
        </message>
        <message>
            <source>Text with each class's size, share and number of points.</source>
            <translation>列出各类别大小、比例和样点数的文本。</translation>
        </message>
        <message>
            <source>The expected accuracy {part} is no number from 0 to 1. Write, for example, 0.8, water=0.95.</source>
            <translation>预期精度 {part} 不是 0 到 1 之间的数。请按此格式填写：0.8, water=0.95。</translation>
        </message>
        <message>
            <source>{name}: {pixels} pixels, {share} % of the map, expected accuracy {accuracy}, {points} points</source>
            <translation>{name}：{pixels} 个像元，占地图 {share} %，预期精度 {accuracy}，{points} 个样点</translation>
        </message>
        <message>
            <source>{points} points in all; equation 13 asks for {needed}. Seed: {seed}.</source>
            <translation>共 {points} 个样点；式 13 要求 {needed} 个。随机种子：{seed}。</translation>
        </message>
        <message>
            <source>Set up the engine</source>
            <translation>设置引擎</translation>
        </message>
        <message>
            <source>install,PyTorch,dependencies,environment,Python,GPU,CUDA,engine</source>
            <translation>安装,PyTorch,依赖,环境,Python,GPU,CUDA,引擎</translation>
        </message>
        <message>
            <source>Installs what GINet computes with, PyTorch above all, into a Python environment of its own; QGIS's Python is left as it is. Every package is pinned and checked by its hash. At the end GINet's network computes once as a proof; where a graphics card cannot, the processor is used. An installation that was cancelled or broke off goes on where it stopped. Or it takes a Python that has the packages, of conda or pixi.</source>
            <translation>把 GINet 计算所需的软件（主要是 PyTorch）安装到单独的 Python 环境中；QGIS 自带的 Python 保持不变。每个软件包都固定版本并校验哈希值。最后用 GINet 的网络实际计算一次作为验证；显卡无法计算时改用处理器。被取消或中断的安装会从停下的地方继续。也可以使用已有这些软件包的 Python（conda 或 pixi）。</translation>
        </message>
        <message>
            <source>Action</source>
            <translation>操作</translation>
        </message>
        <message>
            <source>install makes the environment, or takes the chosen Python; check lets the network compute once more; remove deletes the environment.</source>
            <translation>install 建立环境，或使用所选的 Python；check 让网络再计算一次；remove 删除环境。</translation>
        </message>
        <message>
            <source>Build of PyTorch</source>
            <translation>PyTorch 版本类型</translation>
        </message>
        <message>
            <source>For the processor (cpu), an NVIDIA card (cuda), an AMD card (rocm) or an Apple chip (mps); auto takes what suits this computer. One that is not offered here says why.</source>
            <translation>用于处理器（cpu）、NVIDIA 显卡（cuda）、AMD 显卡（rocm）或 Apple 芯片（mps）；auto 选择适合本机的类型。本机不提供的类型会说明原因。</translation>
        </message>
        <message>
            <source>Python of the engine</source>
            <translation>引擎的 Python</translation>
        </message>
        <message>
            <source>Device that computes</source>
            <translation>计算设备</translation>
        </message>
        <message>
            <source>Log file</source>
            <translation>日志文件</translation>
        </message>
        <message>
            <source>Python to use instead</source>
            <translation>改用的 Python</translation>
        </message>
        <message>
            <source>A Python that has PyTorch, rasterio, pyproj, NumPy, safetensors and tqdm, as of conda or pixi. It is tried and never changed; nothing is installed.</source>
            <translation>已有 PyTorch、rasterio、pyproj、NumPy、safetensors 和 tqdm 的 Python，例如来自 conda 或 pixi。只会试用，绝不修改；不安装任何东西。</translation>
        </message>
        <message>
            <source>Folder</source>
            <translation>文件夹</translation>
        </message>
        <message>
            <source>Where the environment goes; it is remembered. Left empty, {folder}.</source>
            <translation>环境所在的文件夹；会被记住。留空则为 {folder}。</translation>
        </message>
        <message>
            <source>Folder of wheels</source>
            <translation>wheel 文件夹</translation>
        </message>
        <message>
            <source>Take all packages from there and none from the internet.</source>
            <translation>所有软件包都取自该文件夹，不使用网络。</translation>
        </message>
        <message>
            <source>Index of PyTorch</source>
            <translation>PyTorch 的软件包索引</translation>
        </message>
        <message>
            <source>Address of the package index that PyTorch is taken from; left empty, pip's own. What it offers must be one of the pinned files.</source>
            <translation>获取 PyTorch 的软件包索引地址；留空则用 pip 自己的索引。其提供的文件必须是已固定的文件之一。</translation>
        </message>
        <message>
            <source>Python to install with</source>
            <translation>用于安装的 Python</translation>
        </message>
        <message>
            <source>Python 3.10 to 3.14 that makes the environment; left empty, one is searched for.</source>
            <translation>用来建立环境的 Python 3.10 至 3.14；留空则自动查找。</translation>
        </message>
        <message>
            <source>Removed {path}</source>
            <translation>已删除 {path}</translation>
        </message>
        <message>
            <source>The graphics card cannot compute ({reason}), so the processor will. Update the driver, and check again.</source>
            <translation>显卡无法计算（{reason}），因此改用处理器。请更新驱动程序后再检查一次。</translation>
        </message>
        <message>
            <source>{device} fails in its fastest precision ({reason}), so it computes in {precision}, which takes longer.</source>
            <translation>{device} 以其最快的精度计算失败（{reason}），因此改用 {precision} 计算，用时更长。</translation>
        </message>
        <message>
            <source>PyTorch {torch} computes on {device} ({name})</source>
            <translation>PyTorch {torch} 在 {device}（{name}）上计算</translation>
        </message>
        <message>
            <source>All files (*)</source>
            <translation>所有文件 (*)</translation>
        </message>
        <message>
            <source>The run was cancelled.</source>
            <translation>运行已取消。</translation>
        </message>
        <message>
            <source>The graphics card failed its trial ({reason}); the processor computes.</source>
            <translation>显卡未通过试算（{reason}）；改用处理器计算。</translation>
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
            <source>The engine speaks version {theirs}, this plugin version {ours}.</source>
            <translation>引擎使用的协议版本为 {theirs}，而本插件使用的版本为 {ours}。</translation>
        </message>
        <message>
            <source>The engine said something that is no event: {said}</source>
            <translation>引擎输出了无法识别的内容：{said}</translation>
        </message>
        <message>
            <source>Log: {log}</source>
            <translation>日志：{log}</translation>
        </message>
        <message>
            <source>Going on: {done} of {total} blocks are there already.</source>
            <translation>继续上次的运行：{total} 个数据块中已完成 {done} 个。</translation>
        </message>
        <message>
            <source>{done} of {total} parts of the labels are held out</source>
            <translation>{total} 份标注中已留出 {done} 份</translation>
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
            <source>GINet's engine is not ready: {reason}</source>
            <translation>GINet 引擎尚未就绪：{reason}</translation>
        </message>
        <message>
            <source>Set it up with Plugins &gt; GINet &gt; Set up the engine, or with the algorithm ginet:setup.</source>
            <translation>请用“插件 &gt; GINet &gt; 设置引擎”或算法 ginet:setup 进行设置。</translation>
        </message>
        <message>
            <source>The engine's Python {python} cannot be started: {reason}</source>
            <translation>无法启动引擎的 Python {python}：{reason}</translation>
        </message>
        <message>
            <source>{name} has a single band; it feeds all inputs of the model.</source>
            <translation>{name} 只有一个波段；模型的所有输入都使用它。</translation>
        </message>
        <message>
            <source>{name} does not say which bands are red, green and blue: bands {bands} are taken for them. If they are others, choose them: for the dock in the layer's symbology, in the toolbox and on the command line as bands.</source>
            <translation>{name} 没有说明哪些波段是红、绿、蓝：采用波段 {bands}。如果不是这些，请另行选择：面板采用图层符号化中的波段，在工具箱和命令行中则用“波段”（bands）参数。</translation>
        </message>
        <message>
            <source>{name} looks like near infrared, red and green: bands {bands} are taken for red, green and blue. If they are others, choose bands in the toolbox or on the command line.</source>
            <translation>{name} 看起来是近红外、红、绿（彩红外影像）：波段 {bands} 被当作红、绿、蓝。若并非如此，请在工具箱或命令行中选择波段。</translation>
        </message>
        <message>
            <source>The model was taught on near infrared, red and green, which {name} does not look like: bands {bands} are taken for red, green and green.</source>
            <translation>该模型是用近红外、红、绿影像教出来的，而 {name} 看起来并非如此：波段 {bands} 被当作红、绿、绿。</translation>
        </message>
        <message>
            <source>Bands {bands} of {name} look like near infrared, red and green; the model takes them for red, green and blue.</source>
            <translation>{name} 的波段 {bands} 看起来是近红外、红、绿；模型会把它们当作红、绿、蓝。</translation>
        </message>
        <message>
            <source>{name} has {count} bands besides transparency, the model takes {inputs}.</source>
            <translation>{name} 除透明度外有 {count} 个波段，而模型需要 {inputs} 个。</translation>
        </message>
        <message>
            <source>Choose bands yourself; the same one may be chosen more than once.</source>
            <translation>请自行选择波段；同一波段可选多次。</translation>
        </message>
        <message>
            <source>The model was taught on an image with further bands: choose one that has them.</source>
            <translation>该模型是在带有更多波段的影像上教的：请选择具有这些波段的影像。</translation>
        </message>
        <message>
            <source>The model was not trained on {kind} values. They are stretched by the raster's own percentiles {low} and {high} ({ranges}), which lowers the accuracy: convert the raster to the model's data type if its values are known.</source>
            <translation>模型没有用 {kind} 类型的值训练过。已按栅格自身的百分位数 {low} 和 {high}（{ranges}）拉伸，这会降低精度：若知道这些值的含义，请将栅格转换为模型的数据类型。</translation>
        </message>
        <message>
            <source>The raster's ground resolution is not known, so it is not resampled.</source>
            <translation>栅格的地面分辨率未知，因此不作重采样。</translation>
        </message>
        <message>
            <source>The raster's ground resolution of {size} m is too far from the model's, {finest} to {coarsest} m: it is resampled by {factor}, not all the way. Expect a poor result.</source>
            <translation>栅格的地面分辨率 {size} 米与模型的 {finest} 至 {coarsest} 米相差太大：只重采样 {factor} 倍，未能完全匹配。结果可能较差。</translation>
        </message>
        <message>
            <source>The raster's ground resolution is {size} m; the model was trained at {finest} to {coarsest} m. Expect a poor result, or let it be resampled.</source>
            <translation>栅格的地面分辨率为 {size} 米；模型用 {finest} 至 {coarsest} 米的影像训练。结果可能较差，也可以让其重采样。</translation>
        </message>
        <message>
            <source>The raster's ground resolution is {size} m; the model was trained at {finest} to {coarsest} m. Resampling adds no detail: check the result.</source>
            <translation>栅格的地面分辨率为 {size} 米；模型用 {finest} 至 {coarsest} 米的影像训练。重采样不会增加细节：请检查结果。</translation>
        </message>
        <message>
            <source>{name} is not georeferenced: areas are counted in pixels only, and its ground resolution is unknown.</source>
            <translation>{name} 没有地理参照：面积只能以像元计数，地面分辨率未知。</translation>
        </message>
        <message>
            <source>{name} has no coordinate reference system: areas are counted in pixels only, and its ground resolution is unknown.</source>
            <translation>{name} 没有坐标参照系：面积只能以像元计数，地面分辨率未知。</translation>
        </message>
        <message>
            <source>{name} holds no data within the extent.</source>
            <translation>{name} 在该范围内没有数据。</translation>
        </message>
        <message>
            <source>{name} holds no data.</source>
            <translation>{name} 不含任何数据。</translation>
        </message>
        <message>
            <source>All its pixels are nodata or masked.</source>
            <translation>其所有像元都是 nodata 或被掩膜。</translation>
        </message>
        <message>
            <source>Choose another extent, or check the raster's nodata value.</source>
            <translation>请选择其他范围，或检查栅格的无数据值。</translation>
        </message>
        <message>
            <source>The extent {extent} does not touch {name}, which covers {other}.</source>
            <translation>范围 {extent} 与 {name} 不相交，后者的范围是 {other}。</translation>
        </message>
        <message>
            <source>Choose an extent within the raster, in the raster's own coordinate system.</source>
            <translation>请选择栅格之内的范围，使用栅格自身的坐标系。</translation>
        </message>
        <message>
            <source>Another run is writing {path}.</source>
            <translation>另一个运行正在写入 {path}。</translation>
        </message>
        <message>
            <source>Wait for its end, or choose another name.</source>
            <translation>请等它结束，或换一个文件名。</translation>
        </message>
        <message>
            <source>{path} cannot be written ({reason}).</source>
            <translation>{path} 无法写入（{reason}）。</translation>
        </message>
        <message>
            <source>Choose another name.</source>
            <translation>请换一个文件名。</translation>
        </message>
        <message>
            <source>{name} cannot be opened as a raster ({reason}).</source>
            <translation>{name} 无法作为栅格打开（{reason}）。</translation>
        </message>
        <message>
            <source>Check the path and the file's format.</source>
            <translation>请检查路径和文件格式。</translation>
        </message>
        <message>
            <source>{name} is learned at {resolution} m, {columns} x {rows} pixels as one: what is smaller is not told apart. A setting changes that.</source>
            <translation>{name} 按 {resolution} 米学习，{columns} × {rows} 个像元合为一个：更小的东西不加区分。可在设置中更改。</translation>
        </message>
        <message>
            <source>Check the path and the file's format. What QGIS shows and the engine does not read, save as a GeoTIFF: Export &gt; Save As in QGIS, or gdal_translate.</source>
            <translation>请检查路径和文件格式。QGIS 能显示而引擎无法读取的文件，请另存为 GeoTIFF：在 QGIS 中“导出 &gt; 另存为”，或使用 gdal_translate。</translation>
        </message>
        <message>
            <source>The georeference of {name} maps it to a line or a point, or nowhere; it is ignored: areas are counted in pixels only, and its ground resolution is unknown.</source>
            <translation>{name} 的地理参照把它映射为一条线或一个点，或无处可放，因此被忽略：面积只能以像元计数，地面分辨率未知。</translation>
        </message>
        <message>
            <source>{name} is georeferenced by rational polynomial coefficients only, which are not used: areas are counted in pixels only, and its ground resolution is unknown. Orthorectify it first, for example with gdalwarp -rpc.</source>
            <translation>{name} 只有有理多项式系数（RPC）作为地理参照，这里不使用它：面积只能以像元计数，地面分辨率未知。请先做正射校正，例如用 gdalwarp -rpc。</translation>
        </message>
        <message>
            <source>{name} is georeferenced by control points only. The result keeps them; extents, areas and ground resolution come from their best affine fit.</source>
            <translation>{name} 只有控制点作为地理参照。结果保留这些控制点；范围、面积和地面分辨率来自它们的最佳仿射拟合。</translation>
        </message>
        <message>
            <source>{name} holds its pixels in blocks of {columns} by {rows}, which do not fit into memory.</source>
            <translation>{name} 的像元按 {columns} × {rows} 的块存储，内存放不下。</translation>
        </message>
        <message>
            <source>Convert it to a tiled GeoTIFF: gdal_translate -co TILED=YES.</source>
            <translation>请把它转换为分块的 GeoTIFF：gdal_translate -co TILED=YES。</translation>
        </message>
        <message>
            <source>The file, or one that it names, is damaged or incomplete.</source>
            <translation>该文件或它所引用的文件已损坏或不完整。</translation>
        </message>
        <message>
            <source>The server did not send it: check the connection, and try again.</source>
            <translation>服务器没有发送数据：请检查连接后重试。</translation>
        </message>
        <message>
            <source>Input and outputs must be different files: {output} is {other}, or belongs to it.</source>
            <translation>输入与输出必须是不同的文件：{output} 就是 {other}，或属于它。</translation>
        </message>
        <message>
            <source>Choose another name for each output.</source>
            <translation>请为每个输出另取名称。</translation>
        </message>
        <message>
            <source>There is no folder {folder}.</source>
            <translation>文件夹 {folder} 不存在。</translation>
        </message>
        <message>
            <source>Create it, or choose another folder.</source>
            <translation>请创建它，或选择另一个文件夹。</translation>
        </message>
        <message>
            <source>The folder {folder} is not writable.</source>
            <translation>文件夹 {folder} 不可写。</translation>
        </message>
        <message>
            <source>Choose another folder.</source>
            <translation>请选择另一个文件夹。</translation>
        </message>
        <message>
            <source>The disk of {folder} has {free} free; the results take at least {need}.</source>
            <translation>{folder} 所在磁盘剩余 {free}；结果至少需要 {need}。</translation>
        </message>
        <message>
            <source>{path} cannot be written: the disk of {folder} is full.</source>
            <translation>无法写入 {path}：{folder} 所在磁盘已满。</translation>
        </message>
        <message>
            <source>Free some space, or choose a folder on another disk.</source>
            <translation>请腾出一些空间，或选择另一磁盘上的文件夹。</translation>
        </message>
        <message>
            <source>Free some space, about {size} more, or choose a folder on another disk.</source>
            <translation>请腾出一些空间（还需约 {size}），或选择另一磁盘上的文件夹。</translation>
        </message>
        <message>
            <source>Check that the folder is writable and the disk is not full.</source>
            <translation>请检查文件夹是否可写、磁盘是否已满。</translation>
        </message>
        <message>
            <source>{path} cannot be replaced ({reason}); the finished result is in {part}.</source>
            <translation>无法替换 {path}（{reason}）；完成的结果在 {part} 中。</translation>
        </message>
        <message>
            <source>Close the file in other programs, then rename the result or run again.</source>
            <translation>请在其他程序中关闭该文件，然后重命名结果或再次运行。</translation>
        </message>
        <message>
            <source>The device {kind} is not available; this machine has {devices}.</source>
            <translation>设备 {kind} 不可用；本机有 {devices}。</translation>
        </message>
        <message>
            <source>Choose 'auto', or install a torch build for that device.</source>
            <translation>请选择“auto”，或安装适用于该设备的 torch。</translation>
        </message>
        <message>
            <source>The trial of {kind} in {precision} failed ({reason}): {other} computes in {slower}, which takes longer.</source>
            <translation>{kind} 以 {precision} 试算失败（{reason}）：改由 {other} 以 {slower} 计算，用时更长。</translation>
        </message>
        <message>
            <source>The memory of {device} does not suffice for one block of {columns} x {rows} pixels.</source>
            <translation>{device} 的内存不足以处理一个 {columns} × {rows} 像元的块。</translation>
        </message>
        <message>
            <source>The memory of {device} does not suffice for one patch of {columns} x {rows} pixels.</source>
            <translation>{device} 的内存不足以处理一个 {columns} × {rows} 像元的图块。</translation>
        </message>
        <message>
            <source>Close other programs, or run on another device.</source>
            <translation>请关闭其他程序，或在另一设备上运行。</translation>
        </message>
        <message>
            <source>The memory does not suffice.</source>
            <translation>内存不足。</translation>
        </message>
        <message>
            <source>{done} of {total} blocks are done and kept in {path}: the same job goes on from there.</source>
            <translation>{total} 个块中已完成 {done} 个，保存在 {path}：同一作业会从那里继续。</translation>
        </message>
        <message>
            <source>{path} is read-only.</source>
            <translation>{path} 是只读的。</translation>
        </message>
        <message>
            <source>Choose another name, or allow to write the file.</source>
            <translation>请另选名称，或允许写入该文件。</translation>
        </message>
        <message>
            <source>{path} is open in another program.</source>
            <translation>{path} 正被另一个程序打开。</translation>
        </message>
        <message>
            <source>Remove its layers from the project or close that program, or choose another name.</source>
            <translation>请从工程中移除其图层或关闭该程序，或另选名称。</translation>
        </message>
        <message>
            <source>{name} has no coordinate reference system that says how large its pixels are, so {fields} in metres cannot be told.</source>
            <translation>{name} 没有能说明像元大小的坐标参照系，因此以米计的 {fields} 无法确定。</translation>
        </message>
        <message>
            <source>Give the raster its coordinate reference system, or leave that out.</source>
            <translation>请为栅格指定坐标参照系，或不使用该选项。</translation>
        </message>
        <message>
            <source>{name} has no class {class}.</source>
            <translation>{name} 没有类别 {class}。</translation>
        </message>
        <message>
            <source>Its classes are {classes}.</source>
            <translation>它的类别有 {classes}。</translation>
        </message>
        <message>
            <source>{name} holds no patch of the classes asked for.</source>
            <translation>{name} 中没有所要类别的图斑。</translation>
        </message>
        <message>
            <source>Ask for classes that it holds.</source>
            <translation>请选择其中有的类别。</translation>
        </message>
        <message>
            <source>{name} holds no patch of the classes of buildings.</source>
            <translation>{name} 中没有建筑物类别的图斑。</translation>
        </message>
        <message>
            <source>Choose the class of buildings, among the classes asked for.</source>
            <translation>请在所要类别中选择建筑物类别。</translation>
        </message>
        <message>
            <source>{name} holds fractions, not class ids.</source>
            <translation>{name} 含小数，不是类别编号。</translation>
        </message>
        <message>
            <source>Choose a classified raster, or round its values first.</source>
            <translation>请选择分类栅格，或先对数值取整。</translation>
        </message>
        <message>
            <source>{name} holds no whole per cent.</source>
            <translation>{name} 不是整数百分比。</translation>
        </message>
        <message>
            <source>Choose a raster of confidence as classifying writes it.</source>
            <translation>请选择分类时所写的置信度栅格。</translation>
        </message>
        <message>
            <source>Too few places are labelled to hold any out: nothing is known about the adapted model's accuracy. Label at least two separate places of two classes or more.</source>
            <translation>标注的地点太少，无法留出任何一处：对微调后模型的精度一无所知。请为两个或更多类别各标注至少两处分开的地点。</translation>
        </message>
        <message>
            <source>The adapted model was not better than the base model on the held-out labels, so the base model is kept as it is. Check the labels, or add more where the map is wrong.</source>
            <translation>在留出的标注上，微调后的模型不优于基础模型，因此原样保留基础模型。请检查标注，或在地图出错的地方补充标注。</translation>
        </message>
        <message>
            <source>On the held-out labels the base model was better, though not surely. Compare both maps, or label more where the new one is wrong.</source>
            <translation>在留出的标注上基础模型更好，但不能确定。请比较两幅地图，或在新地图出错的地方补充标注。</translation>
        </message>
        <message>
            <source>{name} has no labels, and the base model does not know it: no map will have it.</source>
            <translation>{name} 没有标注，基础模型也不认识它：地图上不会出现这一类别。</translation>
        </message>
        <message>
            <source>{name} has no labels and gives way to {other}, which is drawn where the base model shows it. Label some of it to have both.</source>
            <translation>{name} 没有标注，让位给 {other}：后者绘制在基础模型显示前者的地方。若两者都要，请也标注一些前者。</translation>
        </message>
        <message>
            <source>{labels} holds one class only, {name}.</source>
            <translation>{labels} 只有一个类别 {name}。</translation>
        </message>
        <message>
            <source>Label at least two classes: one teaches nothing about where it ends.</source>
            <translation>请至少标注两个类别：只有一个类别无法学到它的边界。</translation>
        </message>
        <message>
            <source>{value}, the id of {class}, is the nodata value of {name}: where it stands, nothing is labelled. If it is to be a class, unset the nodata value: gdal_edit.py -unsetnodata.</source>
            <translation>{value}（{class} 的编号）是 {name} 的无数据值：取该值的像元均未标注。如果它应当是一个类别，请取消无数据值：gdal_edit.py -unsetnodata。</translation>
        </message>
        <message>
            <source>No pixel of {labels} is labelled where the image holds data.</source>
            <translation>在影像有数据的地方，{labels} 没有任何已标注的像元。</translation>
        </message>
        <message>
            <source>Check that the polygons lie on the image, and that both have the right CRS.</source>
            <translation>请检查多边形是否位于影像上，以及两者的坐标参照系是否正确。</translation>
        </message>
        <message>
            <source>{count} polygons of {name} have no label and are left out.</source>
            <translation>{name} 中有 {count} 个多边形没有标注，已略去。</translation>
        </message>
        <message>
            <source>{unused} of {count} polygons of {name} hold no pixel of the image, or none of their own, and are left out.</source>
            <translation>{name} 的 {count} 个多边形中有 {unused} 个不含影像的像元，或没有自己的像元，已略去。</translation>
        </message>
        <message>
            <source>{count} features of {name} have no valid geometry and are left out.</source>
            <translation>{name} 中有 {count} 个要素没有有效几何，未参与计算。</translation>
        </message>
        <message>
            <source>{name} holds no valid geometry.</source>
            <translation>{name} 不含有效几何。</translation>
        </message>
        <message>
            <source>Correct it, or draw it anew.</source>
            <translation>请修正，或重新绘制。</translation>
        </message>
        <message>
            <source>Nothing is labelled yet.</source>
            <translation>还没有任何标注。</translation>
        </message>
        <message>
            <source>Label at least two classes first.</source>
            <translation>请先至少标注两个类别。</translation>
        </message>
        <message>
            <source>Nothing is left to be labelled in view.</source>
            <translation>视图中已没有需要标注的地点。</translation>
        </message>
        <message>
            <source>Move the map, or zoom out.</source>
            <translation>请移动地图，或缩小地图。</translation>
        </message>
        <message>
            <source>The place may be {first} or {second}.</source>
            <translation>此处可能是 {first}，也可能是 {second}。</translation>
        </message>
        <message>
            <source>The place is unlike all that is labelled; it may be {first}.</source>
            <translation>此处与所有标注都不同；可能是 {first}。</translation>
        </message>
        <message>
            <source>{count} pixels lie in polygons of different classes and are left out.</source>
            <translation>有 {count} 个像元位于不同类别的多边形中，已略去。</translation>
        </message>
        <message>
            <source>No labelled pixel of {name} lies where {map} holds data.</source>
            <translation>{name} 的标注像元都不在 {map} 有数据的地方。</translation>
        </message>
        <message>
            <source>Check that both cover the same place and have the right coordinate systems.</source>
            <translation>请检查两者是否覆盖同一地点，坐标系是否正确。</translation>
        </message>
        <message>
            <source>{count} of {all} features have no label.</source>
            <translation>{all} 个要素中有 {count} 个没有标注。</translation>
        </message>
        <message>
            <source>{count} features hold no pixel of the map with data of their own.</source>
            <translation>有 {count} 个要素没有自己的、地图上有数据的像元。</translation>
        </message>
        <message>
            <source>The map does not know these classes of {name}: {classes}.</source>
            <translation>地图不认识 {name} 的这些类别：{classes}。</translation>
        </message>
        <message>
            <source>Strata without any label, left out of the estimates: {strata}.</source>
            <translation>没有任何标注的层，不参与估计：{strata}。</translation>
        </message>
        <message>
            <source>Strata with a single one of the {kind}: {strata}. Their variance is undefined, and so are the intervals that need it.</source>
            <translation>只有一个样本（{kind}）的层：{strata}。其方差无法确定，依赖它的区间也无法确定。</translation>
        </message>
        <message>
            <source>A reference raster is no random sample: there are no confidence intervals.</source>
            <translation>参考栅格不是随机样本：没有置信区间。</translation>
        </message>
        <message>
            <source>The intervals hold only if the polygons were drawn at random.</source>
            <translation>只有随机绘制的多边形，其区间才成立。</translation>
        </message>
        <message>
            <source>{name} and the map have no class name in common: their classes are compared by number.</source>
            <translation>{name} 与地图没有共同的类别名称：按编号比较类别。</translation>
        </message>
        <message>
            <source>{name} and the map do not both name their classes: they are compared by number.</source>
            <translation>{name} 与地图并非都为其类别命名：按编号比较。</translation>
        </message>
        <message>
            <source>{what} holds more than {limit} different values.</source>
            <translation>{what} 含有超过 {limit} 个不同的值。</translation>
        </message>
        <message>
            <source>Choose a raster or a field of classes.</source>
            <translation>请选择类别栅格或类别字段。</translation>
        </message>
        <message>
            <source>{minimum} points for each class are {sum} in all, more than {size}.</source>
            <translation>每类 {minimum} 个点合计 {sum} 个，超过 {size} 个。</translation>
        </message>
        <message>
            <source>Choose a larger sample or a smaller minimum.</source>
            <translation>请增大样本量，或减小每类最少样点数。</translation>
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
            <source>Set up the engine…</source>
            <translation>设置引擎…</translation>
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
            <source>The run was cancelled. Started again, it goes on where it stopped.</source>
            <translation>运行已取消。再次启动时，将从停止处继续。</translation>
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
            <source>Add &amp;polygons too</source>
            <translation>同时添加多边形(&amp;P)</translation>
        </message>
        <message>
            <source>A layer of the classes' patches; beside an output file it is NAME_polygons.gpkg.</source>
            <translation>各类别图斑的图层；若指定输出文件，则为其旁的“名称_polygons.gpkg”。</translation>
        </message>
        <message>
            <source> m²</source>
            <translation> m²</translation>
        </message>
        <message>
            <source>none</source>
            <translation>无</translation>
        </message>
        <message>
            <source>Smaller patches go to the neighbour with the longest common border.</source>
            <translation>更小的图斑归入公共边界最长的相邻图斑。</translation>
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
            <source>&amp;Minimum mapping unit</source>
            <translation>最小制图单元(&amp;M)</translation>
        </message>
        <message>
            <source>There is no image. Add a raster layer to the project: Layer &gt; Add Layer.</source>
            <translation>没有影像。请向工程中添加栅格图层：图层 &gt; 添加图层。</translation>
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
            <source>{path} is open as the layer {name}. Choose another output file, or remove that layer first.</source>
            <translation>{path} 已作为图层 {name} 打开。请另选输出文件，或先移除该图层。</translation>
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
            <source>Pixels</source>
            <translation>像元数</translation>
        </message>
        <message>
            <source>Check them by hand; a confidence map shows where they are.</source>
            <translation>请人工检查这些像元；置信度图会显示它们的位置。</translation>
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
            <source>{path} is {other} or belongs to it. Choose another file.</source>
            <translation>{path} 就是 {other} 或其一部分，请另选文件。</translation>
        </message>
        <message>
            <source>Saved: {path}</source>
            <translation>已保存：{path}</translation>
        </message>
        <message>
            <source>Label a little, see at once what the model makes of it, and label where it errs.</source>
            <translation>标注一点，立刻看到模型学成什么样，再在出错处标注。</translation>
        </message>
        <message>
            <source>&amp;Draw labels</source>
            <translation>绘制标注(&amp;D)</translation>
        </message>
        <message>
            <source>Add a layer of polygons with the model's classes above the image, to draw on.</source>
            <translation>在影像上方添加一个带有模型类别的多边形图层，用于绘制标注。</translation>
        </message>
        <message>
            <source>Fin&amp;e-tune…</source>
            <translation>微调(&amp;E)…</translation>
        </message>
        <message>
            <source>Teach the model this image from labelled polygons.</source>
            <translation>用标注多边形让模型学会这幅影像。</translation>
        </message>
        <message>
            <source>Stop teaching</source>
            <translation>停止教学</translation>
        </message>
        <message>
            <source>Teac&amp;h on the map</source>
            <translation>在地图上教(&amp;H)</translation>
        </message>
        <message>
            <source>Layer that is shown and measured here</source>
            <translation>此处显示和统计的图层</translation>
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
            <source>What is short</source>
            <translation>尚缺什么</translation>
        </message>
        <message>
            <source>Classes and how much of each is labelled</source>
            <translation>类别及各类别已有的标注量</translation>
        </message>
        <message>
            <source>Double-click a colour, a name or a class of the base model to change it. The new model is compared with the base model by these classes.</source>
            <translation>双击颜色、名称或基础模型的类别即可修改。新模型按这些类别与基础模型比较。</translation>
        </message>
        <message>
            <source>{count} pixels</source>
            <translation>{count} 个像元</translation>
        </message>
        <message>
            <source>Enough</source>
            <translation>足够</translation>
        </message>
        <message>
            <source>From the base model.</source>
            <translation>来自基础模型。</translation>
        </message>
        <message>
            <source>Nothing is labelled yet. Draw some polygons of each class.</source>
            <translation>还没有任何标注。请为每个类别绘制一些多边形。</translation>
        </message>
        <message>
            <source>new</source>
            <translation>新类别</translation>
        </message>
        <message>
            <source>Colour of the class</source>
            <translation>类别颜色</translation>
        </message>
        <message>
            <source>&amp;Start</source>
            <translation>开始(&amp;S)</translation>
        </message>
        <message>
            <source>Finish n&amp;ow</source>
            <translation>立即完成(&amp;O)</translation>
        </message>
        <message>
            <source>Hold out no more labels. The model learns from all of them all the same; only its score is less sure.</source>
            <translation>不再留出标注。模型仍会学习全部标注，只是得分不那么可靠。</translation>
        </message>
        <message>
            <source>&amp;Cancel</source>
            <translation>取消(&amp;C)</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>关闭</translation>
        </message>
        <message>
            <source>Score so far and time left</source>
            <translation>目前的得分和剩余时间</translation>
        </message>
        <message>
            <source>The run goes on. Fine-tune… in the dock shows it again.</source>
            <translation>运行仍在继续。点面板中的“微调…”可再次显示。</translation>
        </message>
        <message>
            <source>Reading the labelled places</source>
            <translation>正在读取标注位置</translation>
        </message>
        <message>
            <source>Finishing without holding out more labels…</source>
            <translation>正在完成，不再留出标注…</translation>
        </message>
        <message>
            <source>{what}, about {left} left</source>
            <translation>{what}，约剩 {left}</translation>
        </message>
        <message>
            <source>The image is no longer in the project.</source>
            <translation>该影像已不在工程中。</translation>
        </message>
        <message>
            <source>Draw polygons and choose the class of each. Earlier results are hidden meanwhile. The layer is in memory: save it to a file to keep it.</source>
            <translation>绘制多边形，并为每个多边形选择类别。先前的结果暂时隐藏。该图层在内存中：请保存为文件以保留。</translation>
        </message>
        <message>
            <source>Polygons with a class each, or a raster of class numbers on the image's pixels.</source>
            <translation>每个多边形有一个类别的图层，或与影像像元对齐的类别编号栅格。</translation>
        </message>
        <message>
            <source>&amp;New layer to draw</source>
            <translation>新建绘制图层(&amp;N)</translation>
        </message>
        <message>
            <source>The model comes into the list of models under this name: {folder}</source>
            <translation>模型将以此名称出现在模型列表中：{folder}</translation>
        </message>
        <message>
            <source>Write a &amp;report (HTML) beside the model</source>
            <translation>在模型旁生成报告 (HTML)(&amp;R)</translation>
        </message>
        <message>
            <source>There are no labels. Choose a layer of polygons or a raster of classes, or draw a new layer.</source>
            <translation>没有标注。请选择多边形图层或类别栅格，或绘制新图层。</translation>
        </message>
        <message>
            <source>{path} exists already. Give the new model another name.</source>
            <translation>{path} 已存在。请为新模型另取名称。</translation>
        </message>
        <message>
            <source>Give the new model a name without \ / : * ? " &lt; &gt; | and without dots around.</source>
            <translation>请为新模型命名，名称不得包含 \ / : * ? " &lt; &gt; |，首尾不得为点。</translation>
        </message>
        <message>
            <source>&amp;Base model</source>
            <translation>基础模型(&amp;B)</translation>
        </message>
        <message>
            <source>&amp;Labels</source>
            <translation>标注(&amp;L)</translation>
        </message>
        <message>
            <source>&amp;Field of the classes</source>
            <translation>类别字段(&amp;F)</translation>
        </message>
        <message>
            <source>&amp;Minutes at most</source>
            <translation>最长分钟数(&amp;M)</translation>
        </message>
        <message>
            <source>Name of the ne&amp;w model</source>
            <translation>新模型名称(&amp;W)</translation>
        </message>
        <message>
            <source>Another class to draw, such as solar panel</source>
            <translation>要绘制的其他类别，例如太阳能板</translation>
        </message>
        <message>
            <source>Name of another class</source>
            <translation>其他类别的名称</translation>
        </message>
        <message>
            <source>&amp;Add class</source>
            <translation>添加类别(&amp;A)</translation>
        </message>
        <message>
            <source>Classes that stay without labels</source>
            <translation>没有标注而保留的类别</translation>
        </message>
        <message>
            <source>What the labels lack</source>
            <translation>标注的不足</translation>
        </message>
        <message>
            <source>Choose labels of your own, or press New layer to draw and draw some.</source>
            <translation>请选择已有的标注，或点击“新建绘制图层”并绘制一些。</translation>
        </message>
        <message>
            <source>Stay without labels: {names}</source>
            <translation>没有标注而保留：{names}</translation>
        </message>
        <message>
            <source>None stays: no label is of one of the base model's classes.</source>
            <translation>没有保留任何类别：标注中没有基础模型的类别。</translation>
        </message>
        <message>
            <source>Polygons without a class: {count}.</source>
            <translation>没有类别的多边形：{count} 个。</translation>
        </message>
        <message>
            <source>Polygons outside the image: {count}.</source>
            <translation>位于影像之外的多边形：{count} 个。</translation>
        </message>
        <message>
            <source>What was gained</source>
            <translation>改进情况</translation>
        </message>
        <message>
            <source>Accuracy on held-out labels before and after</source>
            <translation>微调前后在留出标注上的精度</translation>
        </message>
        <message>
            <source>Classify with the new model</source>
            <translation>用新模型分类</translation>
        </message>
        <message>
            <source>Choose it in the dock and run it on the image.</source>
            <translation>在停靠面板中选中它，并对该影像运行。</translation>
        </message>
        <message>
            <source>Open the report</source>
            <translation>打开报告</translation>
        </message>
        <message>
            <source>{name} is in the list of models.</source>
            <translation>{name} 已在模型列表中。</translation>
        </message>
        <message>
            <source>IoU before</source>
            <translation>微调前 IoU</translation>
        </message>
        <message>
            <source>IoU after</source>
            <translation>微调后 IoU</translation>
        </message>
        <message>
            <source>No program opens web pages here. The report is {path}.</source>
            <translation>此处没有可打开网页的程序。报告位于 {path}。</translation>
        </message>
        <message>
            <source>Open the manual</source>
            <translation>打开手册</translation>
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
            <source>Needs the bands {bands}</source>
            <translation>需要波段 {bands}</translation>
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
            <source>GINet: models</source>
            <translation>GINet：模型</translation>
        </message>
        <message>
            <source>Models</source>
            <translation>模型</translation>
        </message>
        <message>
            <source>What came of it</source>
            <translation>操作结果</translation>
        </message>
        <message>
            <source>&amp;Add from file…</source>
            <translation>从文件添加(&amp;A)…</translation>
        </message>
        <message>
            <source>Re&amp;name…</source>
            <translation>重命名(&amp;N)…</translation>
        </message>
        <message>
            <source>&amp;Remove…</source>
            <translation>删除(&amp;R)…</translation>
        </message>
        <message>
            <source>{name} (comes with the plugin)</source>
            <translation>{name}（插件自带）</translation>
        </message>
        <message>
            <source>{path} is no GINet model: {reason}</source>
            <translation>{path} 不是 GINet 模型：{reason}</translation>
        </message>
        <message>
            <source>{name} was added.</source>
            <translation>已添加 {name}。</translation>
        </message>
        <message>
            <source>New name</source>
            <translation>新名称</translation>
        </message>
        <message>
            <source>The model is now {name}. Projects that used it by its old name ask for it.</source>
            <translation>模型现名为 {name}。按旧名称使用它的项目会提示找不到。</translation>
        </message>
        <message>
            <source>Delete the model {name} for good? Its file is {path}</source>
            <translation>永久删除模型 {name}？其文件为 {path}</translation>
        </message>
        <message>
            <source>{name} was removed.</source>
            <translation>已删除 {name}。</translation>
        </message>
        <message>
            <source>all cores</source>
            <translation>全部核心</translation>
        </message>
        <message>
            <source>Learn on images of a few centimetres at a decimetre</source>
            <translation>几厘米分辨率的影像按一分米学习</translation>
        </message>
        <message>
            <source>Better and several times as fast for land cover. Switch it off to tell apart what is smaller, such as single plants.</source>
            <translation>对土地覆盖更好，也快几倍。要区分更小的东西（如单株植物）时请关闭。</translation>
        </message>
        <message>
            <source>Learn from all bands of an image</source>
            <translation>从影像的所有波段学习</translation>
        </message>
        <message>
            <source>Near infrared, heights and such tell apart what looks alike in red, green and blue. Switch it off for a model that is to classify images without these bands.</source>
            <translation>近红外、高度等能区分在红、绿、蓝中看起来相同的东西。若模型要用于没有这些波段的影像，请关闭。</translation>
        </message>
        <message>
            <source>Folder of your models</source>
            <translation>您的模型文件夹</translation>
        </message>
        <message>
            <source>Models…</source>
            <translation>模型…</translation>
        </message>
        <message>
            <source>Engine</source>
            <translation>引擎</translation>
        </message>
        <message>
            <source>Runs</source>
            <translation>运行</translation>
        </message>
        <message>
            <source>Compute on</source>
            <translation>计算设备</translation>
        </message>
        <message>
            <source>Processor threads</source>
            <translation>处理器线程数</translation>
        </message>
        <message>
            <source>Your models</source>
            <translation>您的模型</translation>
        </message>
        <message>
            <source>GINet: set up the engine</source>
            <translation>GINet：设置引擎</translation>
        </message>
        <message>
            <source>Progress of the installation</source>
            <translation>安装进度</translation>
        </message>
        <message>
            <source>Step of the installation</source>
            <translation>安装步骤</translation>
        </message>
        <message>
            <source>What came of the installation</source>
            <translation>安装结果</translation>
        </message>
        <message>
            <source>&amp;Try the engine</source>
            <translation>试用引擎(&amp;T)</translation>
        </message>
        <message>
            <source>Copy &amp;diagnostics</source>
            <translation>复制诊断信息(&amp;D)</translation>
        </message>
        <message>
            <source>Open &amp;log</source>
            <translation>打开日志(&amp;L)</translation>
        </message>
        <message>
            <source>Try and &amp;use</source>
            <translation>试用并采用(&amp;U)</translation>
        </message>
        <message>
            <source>&amp;Go on installing</source>
            <translation>继续安装(&amp;G)</translation>
        </message>
        <message>
            <source>&amp;Install</source>
            <translation>安装(&amp;I)</translation>
        </message>
        <message>
            <source>Cancelled. What is installed so far is kept: go on at any time, or remove it.</source>
            <translation>已取消。已安装的部分会保留：可随时继续，或将其删除。</translation>
        </message>
        <message>
            <source>The set-up failed.</source>
            <translation>设置失败。</translation>
        </message>
        <message>
            <source>The engine works: {what}.</source>
            <translation>引擎可以工作：{what}。</translation>
        </message>
        <message>
            <source>The engine was removed.</source>
            <translation>引擎已删除。</translation>
        </message>
        <message>
            <source>Delete the engine's Python environments in {folder}? Your models and results stay. A Python that you have chosen is let go, not deleted.</source>
            <translation>删除 {folder} 中引擎的 Python 环境？您的模型和结果会保留。您所选的 Python 只是不再使用，不会被删除。</translation>
        </message>
        <message>
            <source>The diagnostics are on the clipboard; they name no user and no password.</source>
            <translation>诊断信息已复制到剪贴板；其中不含用户名和密码。</translation>
        </message>
        <message>
            <source>The engine is set up: {python}</source>
            <translation>引擎已设置：{python}</translation>
        </message>
        <message>
            <source>The engine is set up: {python}
PyTorch {torch} computes on {device}</source>
            <translation>引擎已设置：{python}
PyTorch {torch} 在 {device} 上计算</translation>
        </message>
        <message>
            <source>&amp;Install what the engine needs</source>
            <translation>安装引擎所需的软件(&amp;I)</translation>
        </message>
        <message>
            <source>&amp;Use a Python that has it already (conda, pixi)</source>
            <translation>使用已有这些软件的 Python（conda、pixi）(&amp;U)</translation>
        </message>
        <message>
            <source>Folder of the environment</source>
            <translation>环境文件夹</translation>
        </message>
        <message>
            <source>What is installed, and its size</source>
            <translation>安装内容及大小</translation>
        </message>
        <message>
            <source>GINet: looking at this computer</source>
            <translation>GINet：正在查看本机</translation>
        </message>
        <message>
            <source>Without the internet, or from elsewhere</source>
            <translation>不使用网络，或从其他来源安装</translation>
        </message>
        <message>
            <source>pip's own</source>
            <translation>pip 自己的索引</translation>
        </message>
        <message>
            <source>none: from the internet</source>
            <translation>无：从网络下载</translation>
        </message>
        <message>
            <source>searched for</source>
            <translation>自动查找</translation>
        </message>
        <message>
            <source>&amp;Folder of wheels</source>
            <translation>wheel 文件夹(&amp;F)</translation>
        </message>
        <message>
            <source>Index of &amp;PyTorch</source>
            <translation>PyTorch 的软件包索引(&amp;P)</translation>
        </message>
        <message>
            <source>Python to install &amp;with</source>
            <translation>用于安装的 Python(&amp;W)</translation>
        </message>
        <message>
            <source>Comp&amp;ute on</source>
            <translation>计算设备(&amp;U)</translation>
        </message>
        <message>
            <source>F&amp;older</source>
            <translation>文件夹(&amp;O)</translation>
        </message>
        <message>
            <source>with PyTorch, rasterio, pyproj, NumPy, safetensors, tqdm</source>
            <translation>需有 PyTorch、rasterio、pyproj、NumPy、safetensors、tqdm</translation>
        </message>
        <message>
            <source>NVIDIA graphics card (CUDA)</source>
            <translation>NVIDIA 显卡（CUDA）</translation>
        </message>
        <message>
            <source>AMD graphics card (ROCm)</source>
            <translation>AMD 显卡（ROCm）</translation>
        </message>
        <message>
            <source>Looking at this computer…</source>
            <translation>正在查看本机…</translation>
        </message>
        <message>
            <source>PyTorch, rasterio, pyproj, NumPy, safetensors and what these need, each of a pinned version and checked by its hash. QGIS's own Python is left as it is.</source>
            <translation>PyTorch、rasterio、pyproj、NumPy、safetensors 及其依赖，均固定版本并校验哈希值。QGIS 自带的 Python 保持不变。</translation>
        </message>
        <message>
            <source>Download {download}; {disk} on the disk; {space} must be free{free}.</source>
            <translation>下载 {download}；占用磁盘 {disk}；需要 {space} 可用空间{free}。</translation>
        </message>
        <message>
            <source>Most package indexes have PyTorch's build for NVIDIA cards only; it computes on the processor too. From one that has the build for the processor: download {download}, {disk} on the disk.</source>
            <translation>多数软件包索引只有 PyTorch 的 NVIDIA 显卡版本，它也能用处理器计算。若索引有处理器版本：下载 {download}，占用磁盘 {disk}。</translation>
        </message>
        <message>
            <source>Not offered here</source>
            <translation>本机不提供</translation>
        </message>
        <message>
            <source>, {free} are</source>
            <translation>，现有 {free}</translation>
        </message>
        <message>
            <source>Nothing is learned yet. Label some ground first.</source>
            <translation>还没有学到任何内容。请先标注一些地面。</translation>
        </message>
        <message>
            <source>New class</source>
            <translation>新类别</translation>
        </message>
        <message>
            <source>Name of a new class</source>
            <translation>新类别的名称</translation>
        </message>
        <message>
            <source>Add class</source>
            <translation>添加类别</translation>
        </message>
        <message>
            <source>Rename…</source>
            <translation>重命名…</translation>
        </message>
        <message>
            <source>Change colour…</source>
            <translation>更改颜色…</translation>
        </message>
        <message>
            <source>Remove…</source>
            <translation>移除…</translation>
        </message>
        <message>
            <source>Rename, recolour or remove the chosen class</source>
            <translation>重命名、更改颜色或移除所选类别</translation>
        </message>
        <message>
            <source>{name} offers no list of classes, so none can be added here. Give a polygon the new class in its attribute table.</source>
            <translation>{name} 没有类别列表，因此无法在此添加。请在属性表中给一个多边形填写新类别。</translation>
        </message>
        <message>
            <source>Rename a class</source>
            <translation>重命名类别</translation>
        </message>
        <message>
            <source>Name of the class</source>
            <translation>类别名称</translation>
        </message>
        <message>
            <source>Remove a class</source>
            <translation>移除类别</translation>
        </message>
        <message>
            <source>Remove {name} and its {count} labels? Undo brings them back.</source>
            <translation>移除{name}及其 {count} 个标注？可用撤销恢复。</translation>
        </message>
        <message>
            <source>Held-out IoU</source>
            <translation>留出 IoU</translation>
        </message>
        <message>
            <source>Classes to draw, with their labels and scores</source>
            <translation>要绘制的类别及其标注数和得分</translation>
        </message>
        <message>
            <source>Choose the class to draw. Double-click its colour to change it.</source>
            <translation>选择要绘制的类别。双击颜色可更改。</translation>
        </message>
        <message>
            <source>base model</source>
            <translation>来自基础模型</translation>
        </message>
        <message>
            <source>Nothing labelled: learned from where the base model is surest of it. Label some where it is wrong.</source>
            <translation>没有标注：从基础模型最有把握的地方学习。它出错的地方，请标注一些。</translation>
        </message>
        <message>
            <source>gave way</source>
            <translation>已让位</translation>
        </message>
        <message>
            <source>Nothing labelled, and a class of your own is drawn where the base model shows this one. Label some of it to have both.</source>
            <translation>没有标注，而您自己的类别绘制在基础模型显示此类别的地方。若两者都要，请也标注一些此类别。</translation>
        </message>
        <message>
            <source>none here</source>
            <translation>此处没有</translation>
        </message>
        <message>
            <source>Nothing labelled, and the base model shows none of it here.</source>
            <translation>没有标注，基础模型在此处也没有显示它。</translation>
        </message>
        <message>
            <source>Nothing labelled: it will not be learned.</source>
            <translation>没有标注：不会学习该类别。</translation>
        </message>
        <message>
            <source>not known</source>
            <translation>未知</translation>
        </message>
        <message>
            <source>Too few labels at separate places to hold any out.</source>
            <translation>分散各处的标注太少，无法留出检验。</translation>
        </message>
        <message>
            <source>IoU on this class's labels ({count}), each asked of a fit without it: 1 is all right, 0 all wrong. It tells of places like the labelled ones, roughly where these are few.</source>
            <translation>该类别 {count} 个标注上的 IoU，每个标注都由没有用它的拟合来回答：1 为全对，0 为全错。它只说明与已标注处相似的地方；标注少时只是粗略估计。</translation>
        </message>
        <message>
            <source>What the engine does</source>
            <translation>引擎正在做什么</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>取消</translation>
        </message>
        <message>
            <source>End what is being done; labels stay (key Esc).</source>
            <translation>结束正在进行的工作；标注保留（按键 Esc）。</translation>
        </message>
        <message>
            <source>Fetching the image…</source>
            <translation>正在获取影像…</translation>
        </message>
        <message>
            <source>Looking at the image…</source>
            <translation>正在查看影像…</translation>
        </message>
        <message>
            <source>Computing features of the image…</source>
            <translation>正在计算影像的特征…</translation>
        </message>
        <message>
            <source>Learning…</source>
            <translation>正在学习…</translation>
        </message>
        <message>
            <source>Reading the image at the labels…</source>
            <translation>正在读取标注处的影像…</translation>
        </message>
        <message>
            <source>Computing features of the labels…</source>
            <translation>正在计算标注的特征…</translation>
        </message>
        <message>
            <source>Fitting…</source>
            <translation>正在拟合…</translation>
        </message>
        <message>
            <source>Asking held-out labels…</source>
            <translation>正在用留出的标注检验…</translation>
        </message>
        <message>
            <source>Classifying the view…</source>
            <translation>正在对视图分类…</translation>
        </message>
        <message>
            <source>Computing features of the view…</source>
            <translation>正在计算视图的特征…</translation>
        </message>
        <message>
            <source>Looking for the place that would teach most…</source>
            <translation>正在寻找收获最大的地方…</translation>
        </message>
        <message>
            <source>Saving the model…</source>
            <translation>正在保存模型…</translation>
        </message>
        <message>
            <source>There is no label.</source>
            <translation>那里没有标注。</translation>
        </message>
        <message>
            <source>Label one class of the base model, or two of your own, and the map is classified anew each time.</source>
            <translation>请标注一个基础模型的类别，或两个您自己的类别，此后每次都会重新对地图分类。</translation>
        </message>
        <message>
            <source>Label at least two classes, and the map is classified anew each time.</source>
            <translation>请至少标注两个类别，此后每次都会重新对地图分类。</translation>
        </message>
        <message>
            <source>Where next?</source>
            <translation>接下来标哪里？</translation>
        </message>
        <message>
            <source>Go to the place whose label would teach most (key N).</source>
            <translation>前往标注后收获最大的地方（按键 N）。</translation>
        </message>
        <message>
            <source>What came of the labels</source>
            <translation>标注的结果</translation>
        </message>
        <message>
            <source>The labels are in memory: save {name} to a file to keep them.</source>
            <translation>标注在内存中：若要保留，请将 {name} 保存到文件。</translation>
        </message>
        <message>
            <source>Choose a class, or add one.</source>
            <translation>请选择或添加一个类别。</translation>
        </message>
        <message>
            <source>Name of the new model</source>
            <translation>新模型的名称</translation>
        </message>
        <message>
            <source>Save model</source>
            <translation>保存模型</translation>
        </message>
        <message>
            <source>Add what was learned to the list of models.</source>
            <translation>把学到的内容加入模型列表。</translation>
        </message>
        <message>
            <source>Classify the whole image</source>
            <translation>对整幅影像分类</translation>
        </message>
        <message>
            <source>Save the model if it is not saved yet, stop teaching, and classify.</source>
            <translation>若尚未保存模型则先保存，然后停止教学并分类。</translation>
        </message>
        <message>
            <source>{name} cannot be a model's name; use letters and digits.</source>
            <translation>{name} 不能用作模型名称；请使用文字和数字。</translation>
        </message>
        <message>
            <source>There is a model {name} already.</source>
            <translation>已有名为 {name} 的模型。</translation>
        </message>
        <message>
            <source>The map shows nothing of what was fetched of {name}. Go back, or stop teaching and start it here.</source>
            <translation>地图没有显示 {name} 中已获取的部分。请返回原处，或停止教学后在此处重新开始。</translation>
        </message>
        <message>
            <source>The map shows nothing of {name}. Zoom to the layer.</source>
            <translation>地图没有显示 {name} 的任何部分。请缩放到该图层。</translation>
        </message>
        <message>
            <source>Live land cover of {name}</source>
            <translation>{name} 的实时土地覆盖</translation>
        </message>
        <message>
            <source>Where the model is unsure about {name}</source>
            <translation>模型对 {name} 没有把握的地方</translation>
        </message>
        <message>
            <source>Cancelled. Your labels are all there; the next one goes on.</source>
            <translation>已取消。您的标注都在；下一个标注会接着进行。</translation>
        </message>
        <message>
            <source>The engine broke down and is started again; your labels are all there. {reason}</source>
            <translation>引擎崩溃，正在重新启动；您的标注都在。{reason}</translation>
        </message>
        <message>
            <source>{reason} Teaching has ended; your labels are all there.</source>
            <translation>{reason} 教学已结束；您的标注都在。</translation>
        </message>
        <message>
            <source>The layer {name} was removed, so teaching has ended.</source>
            <translation>图层 {name} 已被移除，因此教学结束。</translation>
        </message>
        <message>
            <source>Its labels are kept in {path}.</source>
            <translation>其标注保存在 {path}。</translation>
        </message>
        <message>
            <source>Polygon</source>
            <translation>多边形</translation>
        </message>
        <message>
            <source>Click the corners, right-click to end (key D).</source>
            <translation>单击各个角点，右键结束（按键 D）。</translation>
        </message>
        <message>
            <source>Stroke</source>
            <translation>笔画</translation>
        </message>
        <message>
            <source>Drag over ground of the class (key B).</source>
            <translation>在该类别的地面上拖动（按键 B）。</translation>
        </message>
        <message>
            <source>Point</source>
            <translation>点</translation>
        </message>
        <message>
            <source>Click ground of the class (key P).</source>
            <translation>单击该类别的地面（按键 P）。</translation>
        </message>
        <message>
            <source>Erase</source>
            <translation>擦除</translation>
        </message>
        <message>
            <source>Click a label to take it away (key E).</source>
            <translation>单击一个标注将其移除（按键 E）。</translation>
        </message>
        <message>
            <source>Change class</source>
            <translation>更改类别</translation>
        </message>
        <message>
            <source>Click a label to give it the chosen class (key C).</source>
            <translation>单击一个标注，把它改成所选类别（按键 C）。</translation>
        </message>
        <message>
            <source> px</source>
            <translation> 像元</translation>
        </message>
        <message>
            <source>Width of strokes and points, in pixels of the image (keys [ and ]).</source>
            <translation>笔画和点的宽度，以影像像元计（按键 [ 和 ]）。</translation>
        </message>
        <message>
            <source>Width of strokes and points</source>
            <translation>笔画和点的宽度</translation>
        </message>
        <message>
            <source>Undo</source>
            <translation>撤销</translation>
        </message>
        <message>
            <source>Take the last change of the labels back.</source>
            <translation>撤回对标注的最后一次更改。</translation>
        </message>
        <message>
            <source>Redo</source>
            <translation>重做</translation>
        </message>
        <message>
            <source>Make the change again that was taken back.</source>
            <translation>重新做被撤回的更改。</translation>
        </message>
        <message>
            <source>The stronger the colour, the less sure (key U). What looks unlike all labels is less sure than the rest: label some of it, or let it be.</source>
            <translation>颜色越深，越没有把握（按键 U）。与所有标注都不相似之处比其余部分更没有把握：标注其中一些，或者不必理会。</translation>
        </message>
        <message>
            <source>Show what is unsure</source>
            <translation>显示没有把握之处</translation>
        </message>
        <message>
            <source>Show what is unsure
({percent} % unlike all labels)</source>
            <translation>显示没有把握之处
（{percent} % 与所有标注都不相似）</translation>
        </message>
        <message>
            <source>{python} is no 64-bit Python 3.10 to 3.14 with the modules venv and ensurepip.</source>
            <translation>{python} 不是带有 venv 和 ensurepip 模块的 64 位 Python 3.10 至 3.14。</translation>
        </message>
        <message>
            <source>Choose another (on Debian and Ubuntu first: sudo apt install python3-venv).</source>
            <translation>请选择另一个（在 Debian 和 Ubuntu 上先运行：sudo apt install python3-venv）。</translation>
        </message>
        <message>
            <source>There is no 64-bit Python 3.10 to 3.14 with the modules venv and ensurepip.</source>
            <translation>找不到带有 venv 和 ensurepip 模块的 64 位 Python 3.10 至 3.14。</translation>
        </message>
        <message>
            <source>Install one from python.org or your system (on Debian and Ubuntu: sudo apt install python3-venv), or choose one.</source>
            <translation>请从 python.org 或系统软件源安装一个（Debian 和 Ubuntu：sudo apt install python3-venv），或选择一个。</translation>
        </message>
        <message>
            <source>There are no NVIDIA drivers for macOS.</source>
            <translation>macOS 没有 NVIDIA 驱动程序。</translation>
        </message>
        <message>
            <source>No CUDA build for this system is pinned by its hash. To use the card, choose a Python that has a CUDA build of PyTorch.</source>
            <translation>没有为本系统按哈希值固定的 CUDA 版本。要使用显卡，请选择已有 CUDA 版 PyTorch 的 Python。</translation>
        </message>
        <message>
            <source>No NVIDIA graphics card answers; the driver's program nvidia-smi is not there.</source>
            <translation>没有检测到 NVIDIA 显卡；找不到驱动程序自带的 nvidia-smi。</translation>
        </message>
        <message>
            <source>The graphics driver serves CUDA {theirs}; the build needs {needed}. Update the driver.</source>
            <translation>显卡驱动支持 CUDA {theirs}；该版本需要 {needed}。请更新驱动程序。</translation>
        </message>
        <message>
            <source>{card} has compute capability {theirs}; the build needs {needed}.</source>
            <translation>{card} 的计算能力为 {theirs}；该版本需要 {needed}。</translation>
        </message>
        <message>
            <source>No ROCm build is pinned by its hash. To use an AMD card, choose a Python that has a ROCm build of PyTorch.</source>
            <translation>没有按哈希值固定的 ROCm 版本。要使用 AMD 显卡，请选择已有 ROCm 版 PyTorch 的 Python。</translation>
        </message>
        <message>
            <source>This is no Mac with Apple silicon.</source>
            <translation>本机不是搭载 Apple 芯片的 Mac。</translation>
        </message>
        <message>
            <source>GINET_ENGINE_PYTHON is {python}, which is no program.</source>
            <translation>GINET_ENGINE_PYTHON 为 {python}，它不是程序。</translation>
        </message>
        <message>
            <source>Set it to a Python that has the engine's packages, or unset it.</source>
            <translation>请把它设为已有引擎软件包的 Python，或取消设置。</translation>
        </message>
        <message>
            <source>The installation of the engine was not finished.</source>
            <translation>引擎的安装尚未完成。</translation>
        </message>
        <message>
            <source>The engine's folder, {folder}, is not there.</source>
            <translation>找不到引擎所在的文件夹 {folder}。</translation>
        </message>
        <message>
            <source>Connect its disk, or set up the engine in another folder.</source>
            <translation>请连接它所在的磁盘，或在其他文件夹中设置引擎。</translation>
        </message>
        <message>
            <source>The engine's Python environment is not installed yet.</source>
            <translation>引擎的 Python 环境尚未安装。</translation>
        </message>
        <message>
            <source>The engine's environment is ready: {path}</source>
            <translation>引擎环境已就绪：{path}</translation>
        </message>
        <message>
            <source>Choose the file that starts it, as bin/python or python.exe.</source>
            <translation>请选择启动它的文件，如 bin/python 或 python.exe。</translation>
        </message>
        <message>
            <source>The engine runs with {python}</source>
            <translation>引擎使用 {python} 运行</translation>
        </message>
        <message>
            <source>Removing {path}</source>
            <translation>正在删除 {path}</translation>
        </message>
        <message>
            <source>Trying {python}</source>
            <translation>正在试用 {python}</translation>
        </message>
        <message>
            <source>The chosen Python, {python}, is no program.</source>
            <translation>所选的 Python {python} 不是程序。</translation>
        </message>
        <message>
            <source>the proxy does not let the installer through.</source>
            <translation>代理不让安装程序通过。</translation>
        </message>
        <message>
            <source>Set your HTTP proxy in QGIS's options under Network, or HTTPS_PROXY to it, with user name and password if it wants them.</source>
            <translation>请在 QGIS 选项的“网络”中设置 HTTP 代理，或把 HTTPS_PROXY 设为代理；需要时含用户名和密码。</translation>
        </message>
        <message>
            <source>the certificate of the package index, or of a proxy before it, is not trusted.</source>
            <translation>软件包索引（或其前面的代理）的证书不受信任。</translation>
        </message>
        <message>
            <source>Set PIP_CERT to the file with your organisation's certificates.</source>
            <translation>请把 PIP_CERT 设为贵单位的证书文件。</translation>
        </message>
        <message>
            <source>the disk is full.</source>
            <translation>磁盘已满。</translation>
        </message>
        <message>
            <source>The system or a virus scanner holds or forbids a file. Choose another folder, or let the scanner leave it out.</source>
            <translation>系统或杀毒软件占用或禁止访问某个文件。请选择其他文件夹，或在杀毒软件中将其排除。</translation>
        </message>
        <message>
            <source>the connection broke off.</source>
            <translation>连接中断。</translation>
        </message>
        <message>
            <source>Start again: what came through whole is kept.</source>
            <translation>请重新开始：已完整下载的部分会保留。</translation>
        </message>
        <message>
            <source>What was downloaded broke off or was altered on its way; start again.</source>
            <translation>下载的内容不完整或在途中被改动；请重新开始。</translation>
        </message>
        <message>
            <source>the package index does not answer.</source>
            <translation>软件包索引没有响应。</translation>
        </message>
        <message>
            <source>Check the connection to the internet, and PIP_INDEX_URL if you use a mirror; or install from a folder of wheels.</source>
            <translation>请检查网络连接；如使用镜像，请检查 PIP_INDEX_URL；或从 wheel 文件夹安装。</translation>
        </message>
        <message>
            <source>Either there is no build for this system and Python: choose another Python. Or what answers is no package index: check PIP_INDEX_URL, and whether your network wants a log-in.</source>
            <translation>或者没有适合本系统和 Python 的版本：请选择其他 Python；或者应答的不是软件包索引：请检查 PIP_INDEX_URL，以及网络是否要求登录。</translation>
        </message>
        <message>
            <source>Install the Microsoft Visual C++ Redistributable (x64) and start again.</source>
            <translation>请安装 Microsoft Visual C++ Redistributable（x64），然后重新开始。</translation>
        </message>
        <message>
            <source>Install the missing package into that Python, or choose another Python.</source>
            <translation>请在该 Python 中安装缺少的软件包，或选择另一个 Python。</translation>
        </message>
        <message>
            <source>The installation was cancelled.</source>
            <translation>安装已取消。</translation>
        </message>
        <message>
            <source>What is installed so far is kept: start again to go on, or remove it.</source>
            <translation>已安装的部分会保留：重新开始即可继续，也可将其删除。</translation>
        </message>
        <message>
            <source>a program ended with code {code}</source>
            <translation>某个程序以代码 {code} 结束</translation>
        </message>
        <message>
            <source>Copy the diagnostics and ask for help.</source>
            <translation>请复制诊断信息并寻求帮助。</translation>
        </message>
        <message>
            <source>The log is {log}</source>
            <translation>日志文件为 {log}</translation>
        </message>
        <message>
            <source>The engine's environment does not work or could not be installed: {reason}</source>
            <translation>引擎环境无法工作或无法安装：{reason}</translation>
        </message>
        <message>
            <source>Or install the build for the processor (cpu).</source>
            <translation>或者安装处理器版本（cpu）。</translation>
        </message>
        <message>
            <source>{folder} has {free} free; {needed} are needed.</source>
            <translation>{folder} 可用空间为 {free}；需要 {needed}。</translation>
        </message>
        <message>
            <source>{folder} cannot be deleted: {reason}</source>
            <translation>无法删除 {folder}：{reason}</translation>
        </message>
        <message>
            <source>Close what still uses it, and try again.</source>
            <translation>请关闭仍在使用它的程序，然后重试。</translation>
        </message>
        <message>
            <source>Looking at this computer</source>
            <translation>正在查看本机</translation>
        </message>
        <message>
            <source>Going on with an installation that was not finished</source>
            <translation>正在继续未完成的安装</translation>
        </message>
        <message>
            <source>Making an environment with {python}</source>
            <translation>正在用 {python} 建立环境</translation>
        </message>
        <message>
            <source>Trying the environment</source>
            <translation>正在试用环境</translation>
        </message>
        <message>
            <source>The folder {folder} holds no wheels (*.whl).</source>
            <translation>文件夹 {folder} 中没有 wheel 文件（*.whl）。</translation>
        </message>
        <message>
            <source>Choose the folder into which `pip download` has put them.</source>
            <translation>请选择 `pip download` 存放它们的文件夹。</translation>
        </message>
        <message>
            <source>What you choose is kept in {folder}: make that a folder that you may write to, or set GINET_HOME to one.</source>
            <translation>您的选择保存在 {folder} 中：请使它成为有写入权限的文件夹，或把 GINET_HOME 设为这样的文件夹。</translation>
        </message>
        <message>
            <source>{path} cannot be written: {reason}.</source>
            <translation>无法写入 {path}：{reason}。</translation>
        </message>
        <message>
            <source>a file is in its place</source>
            <translation>已有同名文件</translation>
        </message>
        <message>
            <source>Choose a folder that you may write to, or set GINET_HOME to one.</source>
            <translation>请选择有写入权限的文件夹，或把 GINET_HOME 设为这样的文件夹。</translation>
        </message>
        <message>
            <source>Waiting for another installation</source>
            <translation>正在等待另一个安装完成</translation>
        </message>
        <message>
            <source>{program} cannot be started: {reason}.</source>
            <translation>无法启动 {program}：{reason}。</translation>
        </message>
        <message>
            <source>Choose another Python; GINET_BASE_PYTHON or GINET_ENGINE_PYTHON may name it.</source>
            <translation>请选择另一个 Python；可用 GINET_BASE_PYTHON 或 GINET_ENGINE_PYTHON 指定。</translation>
        </message>
        <message>
            <source>The classes of {name} are numbers. Give them names in the layer's symbology.</source>
            <translation>{name}的类别是数字。请在图层的符号化中为它们命名。</translation>
        </message>
        <message>
            <source>A class needs a name.</source>
            <translation>类别需要一个名称。</translation>
        </message>
        <message>
            <source>A class of {name} has a name of at most {most} letters.</source>
            <translation>{name}的类别名称最多 {most} 个字符。</translation>
        </message>
        <message>
            <source>There is a class {name} already.</source>
            <translation>已有类别{name}。</translation>
        </message>
        <message>
            <source>{name} has no labels. Give each polygon its class.</source>
            <translation>{name} 没有标注。请为每个多边形填写类别。</translation>
        </message>
        <message>
            <source>{name} has {count} different labels, which is too many for classes. Choose the field that holds the classes.</source>
            <translation>{name} 有 {count} 种不同的标注，作为类别太多了。请选择存放类别的字段。</translation>
        </message>
        <message>
            <source>{name} has the class number {number}; they must be from 0 to 254. Correct it, or choose a field of names.</source>
            <translation>{name} 含有类别编号 {number}；编号必须在 0 到 254 之间。请更正，或选择名称字段。</translation>
        </message>
        <message>
            <source>A label without area teaches nothing. Draw around some ground.</source>
            <translation>没有面积的标注学不到任何内容。请圈出一块地面。</translation>
        </message>
        <message>
            <source>Erase a label</source>
            <translation>擦除一个标注</translation>
        </message>
        <message>
            <source>Change the class of a label</source>
            <translation>更改一个标注的类别</translation>
        </message>
        <message>
            <source>{name} cannot be edited. Save it as a file of your own with Export &gt; Save Features As, and choose that.</source>
            <translation>{name} 无法编辑。请用“导出 &gt; 要素另存为”存成您自己的文件，然后选择它。</translation>
        </message>
        <message>
            <source>Few polygons: draw at least {count}, at different places.</source>
            <translation>多边形太少：请在不同位置至少绘制 {count} 个。</translation>
        </message>
        <message>
            <source>All in one place: label a second, well away from it.</source>
            <translation>都在同一处：请在远离此处的地方再标注一处。</translation>
        </message>
        <message>
            <source>Few pixels: label at least {count}.</source>
            <translation>像元太少：请至少标注 {count} 个。</translation>
        </message>
        <message>
            <source>Keep the base model's other classes</source>
            <translation>保留基础模型的其他类别</translation>
        </message>
        <message>
            <source>Classes of the base model without labels stay on the map, learned from where the base model is surest of them, if at least one label is of one of its classes. Labels that are all of classes of your own make a map of these alone.</source>
            <translation>只要至少一个标注属于基础模型的类别，基础模型未标注的类别就留在地图上，从基础模型对它们最有把握的地方学习。若所有标注都属于您自己的类别，地图上就只有这些类别。</translation>
        </message>
        <message>
            <source>{count} classes are labelled and {more} of the base model would be kept; {most} are the most. Do not keep them, or label fewer.</source>
            <translation>已标注 {count} 个类别，还要保留基础模型的 {more} 个类别；最多只能有 {most} 个。请不要保留它们，或少标注一些类别。</translation>
        </message>
        <message>
            <source>{name} has labels of one class only, {label}. Label a second class, or one of the base model's, whose other classes then stay on the map.</source>
            <translation>{name} 只有一个类别的标注：{label}。请再标注一个类别，或标注基础模型的一个类别，它的其他类别就会留在地图上。</translation>
        </message>
        <message>
            <source>{name} has labels of one class only, {label}. Label at least two classes: one teaches nothing about where it ends.</source>
            <translation>{name} 只有一个类别的标注：{label}。请至少标注两个类别：只有一个类别无法学到它的边界。</translation>
        </message>
        <message>
            <source>Labels of {name}</source>
            <translation>{name} 的标注</translation>
        </message>
        <message>
            <source>without a class</source>
            <translation>没有类别</translation>
        </message>
        <message>
            <source>{name} holds {value}. Class numbers are whole and from 0 to 254; 255 and no data are unlabelled.</source>
            <translation>{name} 含有值 {value}。类别编号须为 0 至 254 的整数；255 和无数据表示未标注。</translation>
        </message>
        <message>
            <source>{name} cannot be read.</source>
            <translation>无法读取 {name}。</translation>
        </message>
        <message>
            <source>not labelled yet</source>
            <translation>尚未标注</translation>
        </message>
        <message>
            <source>{name} has no field {field}. Choose the field that holds the classes.</source>
            <translation>{name} 没有字段 {field}。请选择存放类别的字段。</translation>
        </message>
        <message>
            <source>The labels cover no ground. Draw polygons on the image.</source>
            <translation>标注没有覆盖任何区域。请在影像上绘制多边形。</translation>
        </message>
        <message>
            <source>The engine cannot read the file of {name} as it is, so its labels must be polygons. Or save the image as a GeoTIFF with Export &gt; Save As, and choose that.</source>
            <translation>引擎无法直接读取 {name} 的文件，因此其标注须为多边形。或用“导出 &gt; 另存为”将影像存为 GeoTIFF，然后选择它。</translation>
        </message>
        <message>
            <source>{labels} has {columns} × {rows} pixels and {image} {wide} × {high}. Labels must lie on the image's own pixels: rasterise or warp them onto its extent and size.</source>
            <translation>{labels} 有 {columns} × {rows} 个像元，{image} 有 {wide} × {high} 个。标注必须与影像的像元对齐：请按影像的范围和大小将其栅格化或重投影。</translation>
        </message>
        <message>
            <source>The engine cannot read the file of {name} as it is. Save its raw data as a GeoTIFF with Export &gt; Save As, and choose that.</source>
            <translation>引擎无法直接读取 {name} 的文件。请用“导出 &gt; 另存为”将其原始数据存为 GeoTIFF，然后选择它。</translation>
        </message>
        <message>
            <source>{name} is no raster file. Save its raw data as a GeoTIFF with Export &gt; Save As, and choose that.</source>
            <translation>{name} 不是栅格文件。请用“导出 &gt; 另存为”将其原始数据存为 GeoTIFF，再选择该文件。</translation>
        </message>
        <message>
            <source>{count} features cannot be brought into the map's coordinate reference system and were left out.</source>
            <translation>{count} 个要素无法变换到地图的坐标参照系，未参与计算。</translation>
        </message>
        <message>
            <source>{colour} is no colour. Write it as #rrggbb.</source>
            <translation>{colour} 不是颜色。请写成 #rrggbb。</translation>
        </message>
        <message>
            <source>Two classes are named {name}. Give each its own name.</source>
            <translation>有两个类别都名为 {name}。请为每个类别取不同的名称。</translation>
        </message>
        <message>
            <source>{name} cannot be {part}: the base model has no such class.</source>
            <translation>{name} 不能对应 {part}：基础模型没有该类别。</translation>
        </message>
        <message>
            <source>All polygons of {labels} lie outside the image {image}. Choose the image that they were drawn on, or check the coordinate reference systems of both.</source>
            <translation>{labels} 的多边形全部位于影像 {image} 之外。请选择绘制它们时所用的影像，或检查两者的坐标参照系。</translation>
        </message>
        <message>
            <source>{name} cannot be opened any more: its file has been moved or deleted. Add it to the project again.</source>
            <translation>{name} 无法再打开：其文件已被移动或删除。请将其重新添加到工程。</translation>
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
            <source>Land-cover class</source>
            <translation>土地覆盖类别</translation>
        </message>
        <message>
            <source>Confidence in per cent</source>
            <translation>置信度（百分比）</translation>
        </message>
        <message>
            <source>Polygons of {name}</source>
            <translation>{name}的多边形</translation>
        </message>
        <message>
            <source>Connected patches of one class: {classes}.</source>
            <translation>同一类别的连通图斑：{classes}。</translation>
        </message>
        <message>
            <source>Footprints of {name}</source>
            <translation>{name}的建筑物轮廓</translation>
        </message>
        <message>
            <source>Outlines of buildings, with right angles where the pixels allow it.</source>
            <translation>建筑物的轮廓，在像元允许处为直角。</translation>
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
            <source>Fetching {columns} × {rows} pixels of {name}</source>
            <translation>正在获取 {name} 的 {columns} × {rows} 个像元</translation>
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
            <source>{other} has the same name but for its ending, so no style was written for {path}: QGIS would take it for both. Give the result a name of its own.</source>
            <translation>{other} 与结果只有扩展名不同，因此没有为 {path} 写样式文件：QGIS 会把它用于两者。请给结果另取一个名称。</translation>
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
            <source>it is no safetensors file.</source>
            <translation>不是 safetensors 文件。</translation>
        </message>
        <message>
            <source>it is not whole; copy or download it again.</source>
            <translation>文件不完整；请重新复制或下载。</translation>
        </message>
        <message>
            <source>it has no card.</source>
            <translation>没有模型卡。</translation>
        </message>
        <message>
            <source>its card is of another kind of network.</source>
            <translation>其模型卡属于另一种网络。</translation>
        </message>
        <message>
            <source>its card names no classes.</source>
            <translation>其模型卡没有列出类别。</translation>
        </message>
        <message>
            <source>{path} is no model: GINet's models end in .safetensors.</source>
            <translation>{path} 不是模型：GINet 模型的扩展名为 .safetensors。</translation>
        </message>
        <message>
            <source>{path} cannot be renamed: {reason}</source>
            <translation>无法重命名 {path}：{reason}</translation>
        </message>
        <message>
            <source>{path} cannot be deleted: {reason}</source>
            <translation>无法删除 {path}：{reason}</translation>
        </message>
        <message>
            <source>Land cover dock</source>
            <translation>土地覆盖面板</translation>
        </message>
        <message>
            <source>Overall accuracy of the sample: {overall}. Kappa: {kappa}.</source>
            <translation>样本的总体精度：{overall}。Kappa 系数：{kappa}。</translation>
        </message>
        <message>
            <source>Accuracy of each class</source>
            <translation>各类别精度</translation>
        </message>
        <message>
            <source>Strong: user's accuracy, how much of what the map shows as the class is it. Pale: producer's accuracy, how much of the class the map shows. Lines: 95 % confidence intervals.</source>
            <translation>深色：用户精度，即地图上标为该类别的部分有多少确属该类别。浅色：生产者精度，即该类别有多少在地图上被正确标出。线段：95 % 置信区间。</translation>
        </message>
        <message>
            <source>Strong: area estimated from the reference, with its 95 % confidence interval. Pale: area as mapped. Where the two differ by more than the interval, the map shows too much or too little of the class.</source>
            <translation>深色：根据参考数据估计的面积及其 95 % 置信区间。浅色：地图上的面积。若两者之差超出区间，则地图高估或低估了该类别。</translation>
        </message>
        <message>
            <source>Labelled pixels: a row for each class of the map, a column for the reference.</source>
            <translation>已标注像元数：行为地图类别，列为参考类别。</translation>
        </message>
        <message>
            <source>Confusion matrix in per cent of the area</source>
            <translation>混淆矩阵（面积百分比）</translation>
        </message>
        <message>
            <source>Each stratum weighted by its share of the map; the cells add up to 100.</source>
            <translation>各层按其占地图的面积比例加权；所有单元格之和为 100。</translation>
        </message>
        <message>
            <source>How it was made</source>
            <translation>生成方式</translation>
        </message>
        <message>
            <source>User's accuracy</source>
            <translation>用户精度</translation>
        </message>
        <message>
            <source>Producer's accuracy</source>
            <translation>生产者精度</translation>
        </message>
        <message>
            <source>F1 of the sample</source>
            <translation>样本 F1</translation>
        </message>
        <message>
            <source>IoU of the sample</source>
            <translation>样本 IoU</translation>
        </message>
        <message>
            <source>Mapped</source>
            <translation>制图面积</translation>
        </message>
        <message>
            <source>Estimated</source>
            <translation>估计面积</translation>
        </message>
        <message>
            <source>95 % interval</source>
            <translation>95 % 置信区间</translation>
        </message>
        <message>
            <source>Standard error</source>
            <translation>标准误差</translation>
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
            <source>Map</source>
            <translation>地图</translation>
        </message>
        <message>
            <source>Points</source>
            <translation>样点</translation>
        </message>
        <message>
            <source>Rasters</source>
            <translation>栅格</translation>
        </message>
        <message>
            <source>Stratum</source>
            <translation>层</translation>
        </message>
        <message>
            <source>Share of the map</source>
            <translation>占地图比例</translation>
        </message>
        <message>
            <source>Labelled pixels</source>
            <translation>已标注像元</translation>
        </message>
        <message>
            <source>{value} % of the map is right, as far as this reference tells.</source>
            <translation>据本参考数据，地图的 {value} % 分类正确。</translation>
        </message>
        <message>
            <source>{value} % of the map is right; with 95 % confidence it is between {low} and {high} %.</source>
            <translation>地图的 {value} % 分类正确，95 % 置信区间为 {low} % 至 {high} %。</translation>
        </message>
        <message>
            <source>The map was compared with {used} labelled points.</source>
            <translation>地图与 {used} 个已标注的样点进行了比较。</translation>
        </message>
        <message>
            <source>The map was compared with {used} labelled polygons of {pixels} pixels.</source>
            <translation>地图与 {used} 个已标注的多边形（共 {pixels} 个像元）进行了比较。</translation>
        </message>
        <message>
            <source>The map was compared with a raster of {pixels} labelled pixels.</source>
            <translation>地图与含 {pixels} 个已标注像元的参考栅格进行了比较。</translation>
        </message>
        <message>
            <source>There are no confidence intervals, because they would not hold: the pixels of a reference raster are neither drawn at random nor independent of each other. Where the raster covers the whole map and is true, the figures need none. Otherwise draw points at random, label them, and assess the map with these.</source>
            <translation>本报告不给出置信区间，因为它们不会成立：参考栅格的像元既非随机抽取，彼此也不独立。若参考栅格覆盖整幅地图且真实可靠，则无需置信区间；否则请随机抽取样点，标注后再用其评价地图。</translation>
        </message>
        <message>
            <source>The classes were compared by their numbers alone, because the map and the reference do not both name them, or have no name in common. Check that each number means the same in both. Names are read from the files and from the layers' legends.</source>
            <translation>类别仅按编号比较，因为地图和参考数据并非都为类别命名，或没有共同的名称。请确认每个编号在两者中含义相同。名称取自文件和图层的图例。</translation>
        </message>
        <message>
            <source>The intervals hold only if the polygons were chosen at random. Polygons drawn by hand where the class is easy to see give accuracies that are too high and intervals that do not hold. Pixels of one polygon are not independent, so each polygon counts as one observation within a stratum, however large it is.</source>
            <translation>仅当多边形为随机选取时，置信区间才成立。在类别容易辨认之处手工勾绘的多边形会使精度偏高，其置信区间不成立。同一多边形内的像元并不独立，因此无论面积多大，每个多边形在一个层内只算一个观测。</translation>
        </message>
        <message>
            <source>{some} of {all} features have no label and were left out.</source>
            <translation>{all} 个要素中有 {some} 个没有标注，未参与计算。</translation>
        </message>
        <message>
            <source>{some} of {all} features hold no pixel of the map with data of their own and were left out.</source>
            <translation>{all} 个要素中有 {some} 个没有自己的、地图上有数据的像元，未参与计算。</translation>
        </message>
        <message>
            <source>{count} features have no valid geometry and were left out.</source>
            <translation>{count} 个要素没有有效几何，未参与计算。</translation>
        </message>
        <message>
            <source>{count} pixels lie in polygons of different classes and were left out.</source>
            <translation>{count} 个像元位于不同类别的多边形中，未参与计算。</translation>
        </message>
        <message>
            <source>An interval of ± 0 says that the sample met no error, or nothing but errors, and not that the figure is exact.</source>
            <translation>区间为 ± 0 仅表示样本中没有错误（或全部错误），并不表示该数值绝对精确。</translation>
        </message>
        <message>
            <source>The reference has classes that the map does not know: {names}. Their pixels count as errors of the map.</source>
            <translation>参考数据含有地图中没有的类别：{names}。这些像元计为地图的错误。</translation>
        </message>
        <message>
            <source>No label lies in these strata: {names}. Their {share} % of the map are left out of all estimates.</source>
            <translation>以下层中没有任何标注：{names}。它们占地图的 {share} %，未计入任何估计。</translation>
        </message>
        <message>
            <source>These strata have a single observation: {names}. Its variance is undefined, and so are the intervals that depend on it.</source>
            <translation>以下层只有一个观测：{names}。其方差无定义，依赖该方差的区间也无法给出。</translation>
        </message>
        <message>
            <source>Accuracies and areas are stratified estimates with the classes of the map as strata ({source}): each label counts for the part of the map that its stratum takes, so that the result does not depend on how many labels each class has.</source>
            <translation>精度和面积为以地图类别为层的分层估计（{source}）：每个标注按其所在层占地图的面积加权，因此结果不受各类别标注数量多少的影响。</translation>
        </message>
        <message>
            <source>Accuracies and areas are stratified estimates with strata other than the classes of the map ({source}).</source>
            <translation>精度和面积为分层估计，所用的层不同于地图类别（{source}）。</translation>
        </message>
        <message>
            <source>The intervals hold if the points were drawn at random within each stratum, and labelled without regard to the map.</source>
            <translation>若样点在各层内随机抽取，且标注时未参照地图，则置信区间成立。</translation>
        </message>
        <message>
            <source>Intervals are 1.96 standard errors to either side.</source>
            <translation>区间为估计值两侧各 1.96 倍标准误差。</translation>
        </message>
        <message>
            <source>F1, IoU, kappa and the first matrix are of the labelled pixels as they are, not weighted by area.</source>
            <translation>F1、IoU、Kappa 系数和第一个混淆矩阵直接按已标注像元计算，未按面积加权。</translation>
        </message>
        <message>
            <source>The reference was brought onto the pixels of the map; where it is a raster, each pixel has its nearest value.</source>
            <translation>参考数据已变换到地图的像元上；若为栅格，则采用最近邻法取值。</translation>
        </message>
        <message>
            <source>Areas</source>
            <translation>面积统计</translation>
        </message>
        <message>
            <source>{pixels} pixels classified in {time} on {device}</source>
            <translation>在 {device} 上用时 {time}，共分类 {pixels} 个像元</translation>
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
            <source>On ground held out</source>
            <translation>留出区域上的结果</translation>
        </message>
        <message>
            <source>Bars: IoU, the share of right pixels among all that are or are taken for the class. Strong: after fine-tuning. Pale: before, as the base model's own map has it; 0 for a class that it does not know. Measured on {pixels} labelled pixels, each by one of {folds} fits that had not learned from it.</source>
            <translation>条形：IoU，即在属于或被判为该类别的全部像元中判对的比例。深色：微调后；浅色：微调前，即基础模型自己的地图，它不认识的类别为 0。在 {pixels} 个标注像元上测得，每个像元由 {folds} 次拟合中未学习过它的一次检验。</translation>
        </message>
        <message>
            <source>Time</source>
            <translation>用时</translation>
        </message>
        <message>
            <source>Too few places are labelled to hold any out, so it is not known what was gained. Label at least two separate places of two classes or more.</source>
            <translation>标注的位置太少，无法留出检验区域，因此不知道改进了多少。请为两个或更多类别各标注至少两个分开的位置。</translation>
        </message>
        <message>
            <source>The adapted model was not better than the base model on labels held out (mIoU {before}), so the base model is kept as it is. Check the labels, or add more where the map is wrong.</source>
            <translation>在留出的标注上，微调后的模型不优于基础模型（mIoU {before}），因此原样保留基础模型。请检查标注，或在地图出错的地方补充标注。</translation>
        </message>
        <message>
            <source>mIoU on ground held out: {before} before, {after} after fine-tuning.</source>
            <translation>留出区域上的 mIoU：微调前 {before}，微调后 {after}。</translation>
        </message>
        <message>
            <source>The delivered model learned from all labels.</source>
            <translation>交付的模型学习了全部标注。</translation>
        </message>
        <message>
            <source>On these pixels the confidence is off by about {points} in 100 on average. Labels chosen by hand are easy ones as a rule, so all these figures tend to be too good: to know, assess the map with points drawn at random.</source>
            <translation>在这些像元上，置信度平均每 100 个像元偏差约 {points} 个。人工选择的标注通常较易辨认，因此以上数值往往偏高：要确知，请用随机抽取的样点评价地图。</translation>
        </message>
        <message>
            <source>Not learned: no pixel of the image is labelled so.</source>
            <translation>未学习：影像中没有该类别的标注像元。</translation>
        </message>
        <message>
            <source>Gave way to a labelled class: label some of it to keep it.</source>
            <translation>已让位给一个标注过的类别：若要保留，请标注一些。</translation>
        </message>
        <message>
            <source>Not on the map: the base model shows none of it here.</source>
            <translation>地图上没有：基础模型在此处没有显示它。</translation>
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
        <message>
            <source>Field</source>
            <translation>字段</translation>
        </message>
    </context>
</TS>
