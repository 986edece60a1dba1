"""Reference values of the tensor API, from PyTorch and NumPy, or by hand where these have no counterpart.

Run as `/usr/bin/python3 reference.py` (Debian's python3-torch and python3-numpy); it writes reference.json beside itself.
Each case has the name of an operation, its tensors, its other arguments by DiffSharp's names, and the tensors to expect;
ReferenceTests.fs has the F# call for each name. The seed is fixed: a second run writes the same file.
"""
import json
import math
import os

import numpy
import torch
import torch.nn.functional as F

DTYPES = {
    "Bool": torch.bool, "Byte": torch.uint8, "Int8": torch.int8, "Int16": torch.int16, "Int32": torch.int32,
    "Int64": torch.int64, "Float16": torch.float16, "BFloat16": torch.bfloat16, "Float32": torch.float32,
    "Float64": torch.float64,
}
NAMES = {dtype: name for name, dtype in DTYPES.items()}
WIDTHS = list(DTYPES)  # from narrow to wide
REAL = [torch.float64, torch.float32]

cases = []


def number(value, digits=17):
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    return float(f"{value:.{digits}g}") if isinstance(value, float) else value


def encode(tensor, digits=17):
    tensor = torch.as_tensor(tensor)
    wide = tensor.double() if tensor.is_floating_point() else tensor
    values = [number(v, digits) for v in wide.flatten().tolist()]
    return {"dtype": NAMES[tensor.dtype], "shape": list(tensor.shape), "values": values}


def case(name, tensors, expected, **options):
    expected = expected if isinstance(expected, (list, tuple)) else [expected]
    cases.append({"name": name, "tensors": [encode(t) for t in tensors], "options": options,
                  "expected": [encode(e, 13) if not isinstance(e, str) else {"text": e} for e in expected]})


def real(*shape, low=-2.0, high=2.0, dtype=torch.float64):
    # Few digits: the file stays small, and an element is the same number in every language.
    return ((torch.rand(shape, dtype=torch.float64) * (high - low) + low) * 256).round().div(256).to(dtype)


def integers(*shape, low=0, high=5, dtype=torch.int32):
    return torch.randint(low, high, shape).to(dtype)


SHAPES = [(), (3,), (2, 3), (2, 1, 4)]


def unary():
    def each(name, function, low=-2.0, high=2.0):
        for shape in SHAPES:
            for dtype in REAL:
                x = real(*shape, low=low, high=high, dtype=dtype)
                case(name, [x], function(x))

    for name in "abs atan ceil cos cosh exp floor neg round sign sin sinh tanh square relu sigmoid expm1 erf digamma".split():
        each(name, getattr(torch, name))
    for name in "silu gelu elu logsigmoid softplus".split():
        each(name, getattr(F, name))
    for name in "log log10 sqrt lgamma".split():
        each(name, getattr(torch, name), 0.1, 4.0)
    for name in "acos asin erfinv".split():
        each(name, getattr(torch, name), -0.9, 0.9)
    each("tan", torch.tan, -1.2, 1.2)
    each("log1p", torch.log1p, -0.9, 3.0)
    each("i0e", torch.special.i0e, -6.0, 6.0)
    each("i1e", torch.special.i1e, -6.0, 6.0)
    each("safelog", lambda x: torch.log(torch.clamp(x, min=1e-12)), -1.0, 2.0)
    each("clone", lambda x: x)
    each("noDiff", lambda x: x)
    odd = torch.tensor([[1.0, math.nan, math.inf], [-math.inf, 0.0, -2.0]], dtype=torch.float64)
    for name in "isnan isinf isfinite".split():
        case(name, [odd], getattr(torch, name)(odd))
    for t in [odd, odd[:, :1], real(2, 2), odd[:1, 1:2]]:
        case("hasnan", [t], torch.isnan(t).any())
        case("hasinf", [t], torch.isinf(t).any())
        case("hasinfnan", [t], ~torch.isfinite(t).all())
    for n in range(4):
        x = real(2, 3, low=0.3, high=5.0)
        case("polygamma", [x], torch.polygamma(n, x), n=n)
    for slope in [0.01, 0.3]:
        x = real(2, 3)
        case("leakyRelu", [x], F.leaky_relu(x, slope), negativeSlope=slope)
    for epsilon in [1e-3, 0.5]:
        x = real(2, 3, low=0.0, high=1.0)
        case("safelogOf", [x], torch.log(torch.clamp(x, min=epsilon)), epsilon=epsilon)
    for x in [real(2, 3), real(4, dtype=torch.float32)]:
        case("clampBoth", [x], x.clamp(-0.5, 0.75), low=-0.5, high=0.75)
        case("clampLow", [x], x.clamp(min=-0.5), low=-0.5)
        case("clampHigh", [x], x.clamp(max=0.75), high=0.75)
    for dtype in WIDTHS:
        for target in WIDTHS:
            x = integers(2, 3, high=2 if "Bool" in (dtype, target) else 100).to(DTYPES[dtype])
            case("cast", [x], x.to(DTYPES[target]), dtype=target)


def widen(left, right):
    left, right = WIDTHS.index(NAMES[left]), WIDTHS.index(NAMES[right])
    return DTYPES[WIDTHS[max(left, right)]]


PAIRS = [((), ()), ((3,), ()), ((2, 3), (3,)), ((2, 3), (2, 1)), ((2, 1, 4), (3, 1)), ((2, 2), (2, 2))]


def binary():
    arithmetic = {"add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.true_divide, "pow": torch.pow}
    relations = {"eq": torch.eq, "ne": torch.ne, "lt": torch.lt, "le": torch.le, "gt": torch.gt, "ge": torch.ge}
    rest = {"max": torch.maximum, "min": torch.minimum, "logaddexp": torch.logaddexp, "xlogy": torch.special.xlogy,
            "xlog1py": torch.special.xlog1py}
    for left, right in PAIRS:
        for dtype in REAL:
            a, b = real(*left, low=0.2, high=3.0, dtype=dtype), real(*right, low=0.2, high=3.0, dtype=dtype)
            for name, function in {**arithmetic, **rest}.items():
                case(name, [a, b], function(a, b))
            a, b = (a * 2).round(), (b * 2).round()
            for name, function in relations.items():
                case(name, [a, b], function(a, b))
    for left in WIDTHS:
        for right in WIDTHS:
            if {left, right} == {"Byte", "Int8"}:
                continue
            for shapes in [((2, 3), ()), ((), (3,)), ((2, 3), (3,))]:
                high = 2 if "Bool" in (left, right) else 7
                a = integers(*shapes[0], low=1, high=high).to(DTYPES[left])
                b = integers(*shapes[1], low=1, high=high).to(DTYPES[right])
                wide = widen(a.dtype, b.dtype)
                case("widen", [], [torch.zeros((), dtype=wide)], left=left, right=right)
                if wide != torch.bool:
                    case("add", [a, b], a.to(wide) + b.to(wide))
                    case("mul", [a, b], a.to(wide) * b.to(wide))
                    quotient = wide if wide.is_floating_point else torch.float32
                    case("div", [a, b], a.to(quotient) / b.to(quotient))
    for dtype in WIDTHS[1:]:
        for value in [3, 2.5]:
            x = integers(2, 3, low=1, high=6).to(DTYPES[dtype])
            to = torch.float32 if isinstance(value, float) and not x.is_floating_point() else x.dtype
            y = x.to(to)
            case("addScalar", [x], (y + value).to(to), value=value)
            case("subScalar", [x], (y - value).to(to), value=value)
            case("mulScalar", [x], (y * value).to(to), value=value)
            case("scalarAdd", [x], (value + y).to(to), value=value)
            case("scalarSub", [x], (value - y).to(to), value=value)
            case("scalarMul", [x], (value * y).to(to), value=value)
            divided = torch.float32 if not x.is_floating_point() else x.dtype
            case("divScalar", [x], (x.to(divided) / value).to(divided), value=value)
            case("scalarDiv", [x], (value / x.to(divided)).to(divided), value=value)
            if DTYPES[dtype] not in (torch.float16, torch.bfloat16, torch.uint8, torch.int8):
                case("powScalar", [x], (y ** value).to(to), value=value)
                case("scalarPow", [x], (torch.as_tensor(value, dtype=to) ** y).to(to), value=value)
    for value in [1, 0.5]:
        x = real(2, 3).round() if value == 1 else real(2, 3)
        for name, function in relations.items():
            case(name + "Scalar", [x], function(x, value), value=value)
        case("maxScalar", [x], torch.clamp(x, min=value), value=value)
        case("minScalar", [x], torch.clamp(x, max=value), value=value)


def reductions():
    for shape in [(4,), (2, 3), (3, 2, 4)]:
        for dtype in REAL:
            x = real(*shape, dtype=dtype)
            case("sum", [x], x.sum())
            case("mean", [x], x.mean())
            case("max1", [x], x.max())
            case("min1", [x], x.min())
            for unbiased in [True, False]:
                case("var", [x], x.var(unbiased=unbiased), unbiased=unbiased)
                case("std", [x], x.std(unbiased=unbiased), unbiased=unbiased)
            for dim in range(-len(shape), len(shape)):
                for name in "softmax cumsum cumprod logcumsumexp".split():
                    case(name, [x], getattr(torch, name)(x, dim), dim=dim)
                case("logsoftmax", [x], torch.log_softmax(x, dim), dim=dim)
                for keep in [False, True]:
                    case("sumDim", [x], x.sum(dim, keep), dim=dim, keepDim=keep)
                    case("meanDim", [x], x.mean(dim, keep), dim=dim, keepDim=keep)
                    case("maxDim", [x], x.amax(dim, keep), dim=dim, keepDim=keep)
                    case("minDim", [x], x.amin(dim, keep), dim=dim, keepDim=keep)
                    case("argmaxDim", [x], x.argmax(dim, keep).int(), dim=dim, keepDim=keep)
                    case("argminDim", [x], x.argmin(dim, keep).int(), dim=dim, keepDim=keep)
                    case("logsumexp", [x], x.logsumexp(dim, keep), dim=dim, keepDim=keep)
                    for unbiased in [True, False]:
                        options = dict(dim=dim, keepDim=keep, unbiased=unbiased)
                        case("varDim", [x], x.var(dim, unbiased, keep), **options)
                        case("stdDim", [x], x.std(dim, unbiased, keep), **options)
            index = numpy.unravel_index(int(x.argmax()), shape)
            case("argmax", [x], torch.tensor([int(i) for i in index], dtype=torch.int32))
            index = numpy.unravel_index(int(x.argmin()), shape)
            case("argmin", [x], torch.tensor([int(i) for i in index], dtype=torch.int32))
            for order in [0.0, 1.0, 2.0, 3.0, math.inf, -math.inf]:
                case("norm", [x], torch.linalg.vector_norm(x, order), order=number(order))
                along = torch.linalg.vector_norm(x, order, dim=-1, keepdim=True)
                case("normDim", [x], along, order=number(order), dim=-1, keepDim=True)
    for dtype in WIDTHS:
        x = integers(2, 3, high=2 if dtype == "Bool" else 100).to(DTYPES[dtype])
        case("sum", [x], x.sum())
        case("sumOf", [x], x.sum(dtype=torch.float64), dtype="Float64")
        case("mean", [x], (x if x.is_floating_point() else x.float()).mean())
    for shape, target in [((2, 3), (3,)), ((2, 3), (2, 1)), ((2, 3, 4), (3, 1)), ((2, 3), ()), ((2, 3), (2, 3)),
                          ((2, 1, 3), (1, 3))]:
        x = real(*shape)
        case("sumToSize", [x], x.sum_to_size(*target) if target else x.sum(), shape=list(target))
    a = real(2, 3)
    case("allclose", [a, a + 1e-9], torch.tensor(True))
    case("allclose", [a, a + 1e-3], torch.tensor(False))


def shapes():
    x = real(2, 3, 4)
    case("view", [x], x.reshape(6, 4), shape=[6, 4])
    case("view", [x], x.reshape(2, 12), shape=[2, -1])
    case("viewLength", [x], x.reshape(24), shape=24)
    case("viewLength", [x], x.reshape(-1), shape=-1)
    case("viewAs", [x, real(4, 6)], x.reshape(4, 6))
    case("expand", [torch.ones(1, 3)], torch.ones(2, 3), shape=[2, 3])
    y = real(2, 1, 3)
    case("expand", [y], y.expand(2, 4, 3), shape=[-1, 4, -1])
    case("expandAs", [y, real(5, 2, 4, 3)], y.expand(5, 2, 4, 3))
    m = real(3, 5)
    case("transpose2", [m], m.t())
    for i in range(-3, 3):
        for j in range(-3, 3):
            case("transpose", [x], x.transpose(i, j), dim0=i, dim1=j)
    case("permute", [x], x.permute(2, 0, 1), permutation=[2, 0, 1])
    s = real(1, 3, 1, 2)
    case("squeeze", [s], s.squeeze())
    case("squeezeDim", [s], s.squeeze(2), dim=2)
    case("squeezeDim", [s], s.squeeze(1), dim=1)
    for dim in range(-4, 4):
        case("unsqueeze", [x], x.unsqueeze(dim), dim=dim)
    case("unsqueezeAs", [m, real(1, 1, 1, 1)], m.reshape(3, 5, 1, 1))
    case("unsqueezeAs", [x, m], x)
    case("flatten", [x], x.flatten())
    case("flattenFrom", [x], x.flatten(1), startDim=1)
    case("flattenBetween", [x], x.flatten(0, 1), startDim=0, endDim=1)
    case("unflatten", [x], x.reshape(2, 3, 2, 2), dim=2, unflattenedShape=[2, 2])
    v = real(6)
    case("unflatten", [v], v.reshape(2, 3), dim=0, unflattenedShape=[2, 3])
    case("flip", [x], x.flip(0, 2), dims=[0, 2])
    case("flip", [x], x.flip(1), dims=[1])
    r = real(2, 1, 3)
    case("repeat", [r], r.repeat(1, 4, 1), dim=1, times=4)
    i = integers(2, 2, 4, high=3)
    case("gather", [x, i], x.gather(1, i.long()), dim=1)
    i = integers(2, 3, 6, high=4, dtype=torch.int64)
    case("gather", [x, i], x.gather(-1, i), dim=-1)
    i = torch.tensor([2, 0, 2, 1], dtype=torch.int32)
    case("indexSelect", [x, i], x.index_select(1, i.long()), dim=1)
    for dim, size in [(0, 5), (1, 7)]:
        v = real(2, 3)
        i = torch.stack([torch.randperm(size)[:v.shape[dim]] for _ in range(v.shape[1 - dim])], dim=1 - dim).int()
        shape = list(v.shape)
        shape[dim] = size
        case("scatter", [v, i], torch.zeros(shape, dtype=v.dtype).scatter(dim, i.long(), v), dim=dim, destinationShape=shape)
    a, b = real(2, 3), real(2, 3)
    for dim in [0, 1, -1]:
        case("cat", [a, b], torch.cat([a, b], dim), dim=dim)
    for dim in [0, 1, 2, -1]:
        case("stack", [a, b], torch.stack([a, b], dim), dim=dim)
    case("split", [x], list(x.split([1, 2], 1)), sizes=[1, 2], dim=1)
    case("split", [x], list(x.split([3, 1], 2)), sizes=[3, 1], dim=-1)
    for dim in [0, 1, -1]:
        case("unstack", [x], list(x.unbind(dim)), dim=dim)
    case("slice", [x], x[1], index=[1])
    case("slice", [x], x[1, 2, 3], index=[1, 2, 3])
    case("getSlice", [x], x[0:2, 1], bounds=[[0, 1, 0], [1, 1, 1]])
    case("getSlice", [x], x[1:2, 0:2, 2:4], bounds=[[1, 1, 0], [0, 1, 0], [2, 3, 0]])
    whole, part = x.clone(), real(1, 2, 2)
    whole[1:2, 0:2, 2:4] += part
    case("addSlice", [x, part], whole, location=[1, 0, 2])
    case("pad", [m], F.pad(m, (2, 2, 1, 1)), paddings=[1, 2])
    case("pad", [x], F.pad(x, (0, 0, 3, 3, 1, 1)), paddings=[1, 3, 0])
    for t, dilations in [(real(4), [3]), (m, [2, 1]), (m, [2, 3]), (x, [1, 2, 4]), (integers(2, 2), [2, 2])]:
        wide = numpy.zeros([d * (n - 1) + 1 for d, n in zip(dilations, t.shape)], t.numpy().dtype)
        wide[tuple(slice(None, None, d) for d in dilations)] = t.numpy()
        case("dilate", [t], torch.from_numpy(wide), dilations=dilations)
        case("undilate", [torch.from_numpy(wide)], t, dilations=dilations)
    u = real(5, 4)
    case("undilate", [u], u[::2, ::3], dilations=[2, 3])
    for offset in [-2, -1, 0, 1, 3]:
        case("diagonal", [m], m.diagonal(offset), offset=offset)
    q = real(2, 3, 3)
    case("diagonalOf", [q], q.diagonal(0, 1, 2), offset=0, dim1=1, dim2=2)
    case("trace", [m], m.trace())
    case("tril", [m], m.tril())
    condition = real(2, 3) > 0
    case("where", [condition, a, b], torch.where(condition, a, b))
    case("tile", [a], a.repeat(2, 1, 3), times=[2, 1, 3])


def convolutions():
    transposed = [F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d]
    for rank, function in enumerate([F.conv1d, F.conv2d, F.conv3d], 1):
        for stride, padding, dilation in [(1, 0, 1), (2, 1, 1), (1, 2, 2), (3, 1, 2)]:
            x, w = real(2, 2, *range(6, 6 + rank)), real(3, 2, *range(2, 2 + rank))
            options = dict(stride=stride, padding=padding, dilation=dilation)
            case(f"conv{rank}d", [x, w], function(x, w, None, stride, padding, dilation), **options)
            x, w = real(1, 3, *range(2, 2 + rank)), real(3, 2, *range(2, 2 + rank))
            out = 1 if stride > 1 else 0
            padding = min(padding, 1)
            options = dict(stride=stride, padding=padding, dilation=dilation, outputPadding=out)
            expected = transposed[rank - 1](x, w, None, stride, padding, out, 1, dilation)
            case(f"convTranspose{rank}d", [x, w], expected, **options)
    x, w = real(1, 2, 8, 9, dtype=torch.float32), real(3, 2, 3, 2, dtype=torch.float32)
    options = dict(strides=[2, 1], paddings=[1, 0], dilations=[1, 3])
    case("conv2dEach", [x, w], F.conv2d(x, w, None, (2, 1), (1, 0), (1, 3)), **options)
    x, w = real(1, 2, 6, 7, 8), real(3, 2, 3, 2, 1)
    options = dict(strides=[2, 1, 3], paddings=[1, 0, 2], dilations=[1, 3, 2])
    case("conv3dEach", [x, w], F.conv3d(x, w, None, (2, 1, 3), (1, 0, 2), (1, 3, 2)), **options)
    x, w = real(1, 2, 4, 5), real(2, 3, 3, 2)
    options = dict(strides=[2, 3], paddings=[1, 0], dilations=[1, 2], outputPaddings=[1, 2])
    expected = F.conv_transpose2d(x, w, None, (2, 3), (1, 0), (1, 2), 1, (1, 2))
    case("convTranspose2dEach", [x, w], expected, **options)
    x, w = real(1, 2, 3, 2, 3), real(2, 3, 2, 2, 1)
    options = dict(strides=[2, 3, 1], paddings=[1, 0, 0], dilations=[1, 2, 1], outputPaddings=[1, 2, 0])
    expected = F.conv_transpose3d(x, w, None, (2, 3, 1), (1, 0, 0), (1, 2, 0), 1, (1, 2, 1))
    case("convTranspose3dEach", [x, w], expected, **options)


def pooling():
    pools = [F.max_pool1d, F.max_pool2d, F.max_pool3d]
    unpools = [F.max_unpool1d, F.max_unpool2d, F.max_unpool3d]
    means = [F.avg_pool1d, F.avg_pool2d, F.avg_pool3d]
    for rank in [1, 2, 3]:
        for kernel, stride, padding in [(2, 2, 0), (3, 3, 1), (3, 2, 0), (3, 3, 0)]:
            for dtype in REAL:
                x = real(1, 2, *range(5, 5 + rank), dtype=dtype)
                options = dict(kernelSize=kernel, stride=stride, padding=padding)
                values, places = pools[rank - 1](x, kernel, stride, padding, return_indices=True)
                case(f"maxpool{rank}d", [x], [values, places.int()], **options)
                case(f"avgpool{rank}d", [x], means[rank - 1](x, kernel, stride, padding), **options)
                if kernel == stride:
                    size = list(x.shape)
                    unpooled = unpools[rank - 1](values, places, kernel, stride, padding, output_size=size)
                    case(f"maxunpool{rank}d", [values, places.int()], unpooled, outputSize=size, **options)
        x = real(1, 2, *[6] * rank)
        values, places = pools[rank - 1](x, 2, return_indices=True)
        case(f"maxunpool{rank}dDefault", [values, places.int()], unpools[rank - 1](values, places, 2), kernelSize=2)
    for rank in [2, 3]:
        kernels, strides, paddings = [2, 3, 1][:rank], [1, 2, 3][:rank], [1, 0, 0][:rank]
        x = real(1, 2, *[5, 6, 7][:rank])
        options = dict(kernelSizes=kernels, strides=strides, paddings=paddings)
        values, places = pools[rank - 1](x, kernels, strides, paddings, return_indices=True)
        case(f"maxpool{rank}dEach", [x], [values, places.int()], **options)
        case(f"avgpool{rank}dEach", [x], means[rank - 1](x, kernels, strides, paddings), **options)


def algebra():
    for left, right in [((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 4)), ((2, 3), (3, 4)), ((5, 2, 3), (3, 4)),
                        ((5, 1, 2, 3), (4, 3, 2))]:
        for dtype in REAL:
            a, b = real(*left, dtype=dtype), real(*right, dtype=dtype)
            case("matmul", [a, b], a @ b)
    a, b, c = real(4), real(4), real(3)
    case("dot", [a, b], a.dot(b))
    case("outer", [a, c], torch.outer(a, c))
    a, b = real(5, 2), real(5, 3)
    case("outer", [a, b], torch.einsum("bi,bj->bij", a, b))
    a, b = real(5, 2, 3), real(5, 3, 4)
    case("bmm", [a, b], torch.bmm(a, b))
    for batch in [(), (3,), (2, 2)]:
        a = real(*batch, 3, 3) + 3 * torch.eye(3, dtype=torch.float64)
        positive = a @ a.transpose(-1, -2)
        case("det", [a], torch.linalg.det(a))
        case("inv", [a], torch.linalg.inv(a))
        case("logdet", [positive], torch.logdet(positive))
        case("slogdet", [-a], list(torch.linalg.slogdet(-a)))
        case("cholesky", [positive], torch.linalg.cholesky(positive))
        for b in [real(*batch, 3, 2), real(*batch, 3)]:
            vector = b.dim() < a.dim()
            case("solve", [a, b], torch.linalg.solve(a, b))
            for upper in [False, True]:
                for unit in [False, True]:
                    x = torch.linalg.solve_triangular(a, b.unsqueeze(-1) if vector else b, upper=upper, unitriangular=unit)
                    case("triangularSolve", [a, b], x.squeeze(-1) if vector else x, upper=upper, unitDiagonal=unit)
        values, _ = torch.linalg.eigh(positive)
        case("eigh", [positive], [values, positive])
        for m in [real(*batch, 4, 2), real(*batch, 2, 4)]:
            case("qr", [m], [m, torch.eye(2, dtype=torch.float64).expand(*batch, 2, 2)])
            case("svd", [m], [torch.linalg.svdvals(m), m])
    for equation, dims in [("ij,jk->ik", [(2, 3), (3, 4)]), ("bij,bjk->bik", [(2, 3, 4), (2, 4, 5)]), ("ii->", [(3, 3)]),
                           ("i,j,k->kij", [(2,), (3,), (4,)]), ("...ij->...ji", [(2, 3, 4)])]:
        tensors = [real(*d) for d in dims]
        case("einsum", tensors, torch.einsum(equation, *tensors), equation=equation)


def statistics():
    x, v = real(3, 6), real(5)
    frequency, importance = integers(6, low=1, high=4), real(6, low=0.1, high=2.0)
    for correction in [0, 1, 2]:
        case("cov", [x], torch.cov(x, correction=correction), correction=correction)
        case("covWeighted", [x, frequency, importance],
             torch.cov(x, correction=correction, fweights=frequency, aweights=importance), correction=correction)
    case("cov", [v], torch.cov(v).reshape(1, 1), correction=1)
    hand = torch.tensor([[0.0, 3.4, 5.0], [1.0, 2.3, -3.0]], dtype=torch.float64)
    case("cov", [hand], torch.tensor([[6.52, -4.01], [-4.01, 7.63]], dtype=torch.float64), correction=1)
    case("corrcoef", [x], torch.corrcoef(x))
    case("corrcoef", [v], torch.ones(1, 1, dtype=torch.float64))
    for t in [x, v, real(2, 2, dtype=torch.float32)]:
        case("normalize", [t], (t - t.min()) / (t.max() - t.min()))
        case("standardize", [t], (t - t.mean()) / t.std())
    for t in [torch.full((2, 2), 3.0), torch.full((1,), 3.0, dtype=torch.float64)]:
        case("normalize", [t], torch.zeros_like(t))
        case("standardize", [t], torch.zeros_like(t))
    for reduction in ["none", "mean", "sum"]:
        for shape in [(), (4,), (3, 4), (2, 3, 4)]:
            a, b = real(*shape), real(*shape)
            case("mseLoss", [a, b], F.mse_loss(a, b, reduction=reduction), reduction=reduction)
            p, q = real(*shape, low=0.0, high=1.0), real(*shape, low=0.0, high=1.0)
            case("bceLoss", [p, q], F.binary_cross_entropy(p, q, reduction=reduction), reduction=reduction)
            if shape:
                w = real(shape[0], low=0.1, high=2.0)
                each = w.reshape(-1, *[1] * (len(shape) - 1)) * F.binary_cross_entropy(p, q, reduction="none")
                total = {"none": each, "mean": each.mean(), "sum": each.sum()}[reduction]
                case("bceLossWeighted", [p, q, w], total, reduction=reduction)
        for extra in [(), (5,), (2, 3)]:
            x, target, w = real(6, 4, *extra), integers(6, *extra, high=4), real(4, low=0.1, high=2.0)
            logs = F.log_softmax(x, 1)
            case("nllLoss", [logs, target], F.nll_loss(logs, target.long(), reduction=reduction), reduction=reduction)
            weighted = F.nll_loss(logs, target.long(), w, reduction=reduction)
            case("nllLossWeighted", [logs, target, w], weighted, reduction=reduction)
            case("crossEntropyLossWeighted", [x, target, w], weighted, reduction=reduction)
            case("crossEntropyLoss", [x, target], F.cross_entropy(x, target.long(), reduction=reduction), reduction=reduction)
    edge = torch.tensor([0.0, 1.0], dtype=torch.float64)
    case("bceLoss", [edge, 1 - edge], torch.tensor(100.0, dtype=torch.float64), reduction="mean")
    for x in [real(5), real(3, 4), torch.randperm(7).int()]:
        for dim in range(-x.dim(), x.dim()):
            for down in [False, True]:
                case("sort", [x], list(x.sort(dim, down)), dim=dim, descending=down)
                case("topk", [x], list(x.topk(2, dim, down)), k=2, dim=dim, largest=down)


def creation():
    def make(name, expected, **options):
        case(name, [], expected, **options)

    f32 = torch.float32
    make("zeros", torch.zeros(2, 3), shape=[2, 3])
    make("ones", torch.ones(2, 3), shape=[2, 3])
    make("full", torch.full((2, 3), 2.5), shape=[2, 3], value=2.5)
    make("full", torch.full((2, 3), 3.0), shape=[2, 3], value=3)
    make("scalar", torch.tensor(2.5), value=2.5)
    make("scalar", torch.tensor(3.0), value=3)
    make("zero", torch.tensor(0.0))
    make("one", torch.tensor(1.0))
    for rows, cols in [(3, 3), (2, 4), (4, 2)]:
        make("eye", torch.eye(rows, cols), rows=rows, cols=cols)
    for length, hot in [(1, 0), (4, 2), (5, 0), (5, 4)]:
        make("onehot", torch.tensor([float(i == hot) for i in range(length)]), length=length, hot=hot)
    for start, end, step in [(0.0, 5.0, 1.0), (1.0, 2.0, 0.3), (5.0, 0.0, -2.0)]:
        make("arange", torch.arange(start, end, step, dtype=f32), startVal=start, endVal=end, step=step)
    for start, end, step in [(0, 5, 1), (2, 11, 3), (7, 1, -2)]:
        make("arangeInt", torch.arange(start, end, step, dtype=torch.int32), startVal=start, endVal=end, step=step)
    for start, end, steps in [(0.0, 1.0, 5), (2.0, -1.5, 4), (3.0, 3.0, 1)]:
        make("linspace", torch.linspace(start, end, steps), startVal=start, endVal=end, steps=steps)
        make("logspace", torch.logspace(start, end, steps), startVal=start, endVal=end, steps=steps, baseVal=10.0)
        make("logspace", torch.logspace(start, end, steps, 2.0), startVal=start, endVal=end, steps=steps, baseVal=2.0)
    make("linspaceInt", torch.linspace(0, 10, 5), startVal=0, endVal=10, steps=5)
    make("logspaceInt", torch.logspace(0, 3, 4, 2), startVal=0, endVal=3, steps=4, baseVal=2)
    make("create", torch.tensor([2.5, 2.5, 2.5]), count=3, value=2.5)
    make("createInt", torch.tensor([7, 7], dtype=torch.int32), count=2, value=7)
    make("zeroCreate", torch.zeros(4), count=4)
    make("init", torch.tensor([0.0, 1.5, 3.0]), count=3)
    make("init2d", torch.tensor([[0.0, 1.0], [10.0, 11.0]]))
    make("init3d", torch.arange(8.0).reshape(2, 2, 2))
    make("init4d", torch.arange(16.0).reshape(2, 2, 2, 2))


def images():
    palette = " .'`,^:\";~-_+<>i!lI?/\\|()1{}[]rcvunxzjftLCJUYXZO0Qoahkbdpqwm*WMB8&%$#@"

    def grid(t, columns):
        n, c, h, w = t.shape
        rows = -(-n // columns)
        whole = torch.zeros(c, rows * h, columns * w, dtype=t.dtype)
        for i in range(n):
            row, column = divmod(i, columns)
            whole[:, row * h:(row + 1) * h, column * w:(column + 1) * w] = t[i]
        return whole

    def picture(t, low, high, normalize, columns):
        if t.dim() == 4:
            t = grid(t, columns or math.ceil(math.sqrt(t.shape[0])))
        elif t.dim() < 3:
            t = t.reshape(1, -1, t.shape[-1])
        if normalize:
            t = (t - t.min()) / (t.max() - t.min())
        return (low + t * (high - low)).expand(3, -1, -1)

    def text(pixels):
        lines = []
        for row in pixels.mean(0).tolist():
            places = [min(len(palette) - 1, max(0, int(v * len(palette)) - 1)) for v in row]
            lines.append("".join(palette[p] for p in places) + "\n")
        return "".join(lines)

    for shape, columns in [((4,), None), ((3, 4), None), ((1, 2, 3), None), ((3, 2, 3), None), ((5, 1, 2, 3), None),
                           ((5, 3, 2, 2), 2)]:
        t = real(*shape, low=0, high=1)
        for low, high, normalize in [(0.0, 1.0, False), (0.25, 0.75, False), (0.1, 0.9, True)]:
            options = dict(pixelMin=low, pixelMax=high, normalize=normalize)
            if columns:
                options["gridCols"] = columns
            expected = picture(t, low, high, normalize, columns)
            case("toImage", [t], expected, **options)
            case("toImageString", [t], text(expected), **options)
    step = torch.tensor([[0.0, 0.4], [0.6, 1.0]], dtype=torch.float64)
    case("toImageStringOf", [step], "aa\nac\n", asciiPalette="abc")


torch.set_num_threads(1)  # sums come out the same on any machine
torch.manual_seed(20)
for write in [unary, binary, reductions, shapes, convolutions, pooling, algebra, statistics, creation, images]:
    write()

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "reference.json"), "w") as file:
    file.write("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")
print(f"{len(cases)} cases of {len({c['name'] for c in cases})} names")
