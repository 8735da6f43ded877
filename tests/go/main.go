// Reads pages with the parsers that Prometheus is made of. Each line of the input is a page, in JSON; the answer is a
// line with what is on it: the name, the labels and the bits of the value of each sample, its exemplar and its timestamp.
// A line may be the bits of floats instead; the answer is how Go writes them. The moment at which a series began is not
// among it: Debian's client_model does not know of it.
package main

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
)

type page struct {
	Protobuf bool
	Hex      string
	Floats   []string
}

// A name, labels, the bits of a value, an exemplar, milliseconds.
type sample [5]any

// Labels, the bits of a value, seconds, nanoseconds.
type exemplar [4]any

func main() {
	out := json.NewEncoder(os.Stdout)
	lines := bufio.NewReader(os.Stdin)
	for {
		line, err := lines.ReadBytes('\n')
		if err == io.EOF {
			return
		}
		check(err)
		var page page
		check(json.Unmarshal(line, &page))
		if page.Floats != nil {
			check(out.Encode(written(page.Floats)))
			continue
		}
		content, err := hex.DecodeString(page.Hex)
		check(err)
		samples := []sample{}
		for _, family := range families(content, page.Protobuf) {
			for _, metric := range family.Metric {
				samples = append(samples, samplesOf(family, metric)...)
			}
		}
		check(out.Encode(samples))
	}
}

func families(page []byte, protobuf bool) (families []*dto.MetricFamily) {
	format := expfmt.FmtText
	if protobuf {
		format = expfmt.FmtProtoDelim
	} else {
		// the decoder of text loses what is wrong with the end of a page
		var parser expfmt.TextParser
		_, err := parser.TextToMetricFamilies(bytes.NewReader(page))
		check(err)
	}
	decoder := expfmt.NewDecoder(bytes.NewReader(page), format)
	for {
		var family dto.MetricFamily
		err := decoder.Decode(&family)
		if err == io.EOF {
			return
		}
		check(err)
		families = append(families, &family)
	}
}

func samplesOf(family *dto.MetricFamily, metric *dto.Metric) (samples []sample) {
	addWith := func(suffix string, le *float64, value float64, exemplar *dto.Exemplar) {
		labels := labelsOf(metric.Label)
		if le != nil {
			labels["le"] = number(*le)
		}
		name := family.GetName() + suffix
		samples = append(samples, sample{name, labels, bits(value), exemplarOf(exemplar), metric.TimestampMs})
	}
	add := func(suffix string, le *float64, value float64) { addWith(suffix, le, value, nil) }
	switch family.GetType() {
	case dto.MetricType_COUNTER:
		addWith("", nil, metric.Counter.GetValue(), metric.Counter.Exemplar)
	case dto.MetricType_GAUGE:
		add("", nil, metric.Gauge.GetValue())
	case dto.MetricType_UNTYPED:
		add("", nil, metric.Untyped.GetValue())
	case dto.MetricType_SUMMARY:
		add("_sum", nil, metric.Summary.GetSampleSum())
		add("_count", nil, float64(metric.Summary.GetSampleCount()))
	case dto.MetricType_HISTOGRAM, dto.MetricType_GAUGE_HISTOGRAM:
		infinite := math.Inf(1)
		all := false
		for _, bucket := range metric.Histogram.Bucket {
			all = all || *bucket.UpperBound == infinite
			addWith("_bucket", bucket.UpperBound, float64(bucket.GetCumulativeCount()), bucket.Exemplar)
		}
		if !all {
			add("_bucket", &infinite, float64(metric.Histogram.GetSampleCount()))
		}
		add("_sum", nil, metric.Histogram.GetSampleSum())
		add("_count", nil, float64(metric.Histogram.GetSampleCount()))
	}
	return
}

func exemplarOf(from *dto.Exemplar) *exemplar {
	if from == nil {
		return nil
	}
	at := from.GetTimestamp()
	return &exemplar{labelsOf(from.Label), bits(from.GetValue()), at.GetSeconds(), at.GetNanos()}
}

func labelsOf(pairs []*dto.LabelPair) map[string]string {
	labels := map[string]string{}
	for _, label := range pairs {
		labels[label.GetName()] = label.GetValue()
	}
	return labels
}

func bits(value float64) string {
	return fmt.Sprintf("%016x", math.Float64bits(value))
}

func written(floats []string) (texts []string) {
	for _, hex := range floats {
		bits, err := strconv.ParseUint(hex, 16, 64)
		check(err)
		texts = append(texts, strconv.FormatFloat(math.Float64frombits(bits), 'g', -1, 64))
	}
	return
}

// As the text format has it.
func number(value float64) string {
	if math.IsInf(value, 1) {
		return "+Inf"
	}
	return strconv.FormatFloat(value, 'g', -1, 64)
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
